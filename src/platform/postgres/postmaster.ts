import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Postmaster {
  readonly pid: number;
  /** As the server writes it: starting, stopping, ready, standby. */
  readonly status: string;
}

/**
 * The living server of a cluster, by its lock file `postmaster.pid`; undefined when there is none. A number that
 * meanwhile belongs to another program is not taken for the server: its command line must be ours.
 */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lock = readLock(cluster);
  if (!lock || !commandLine(lock.pid).includes(clusterName(cluster))) return undefined;
  return { pid: lock.pid, status: lock.status };
}

/**
 * Removes the lock of a dead server when its number was given to another program since (the server would refuse to
 * start, taking that program for its predecessor). Left alone while any process of the old server still lives: it
 * holds the shared memory, and a second server beside it would corrupt the data.
 */
export function forgetDeadPostmaster(cluster: string): void {
  const lock = readLock(cluster);
  if (!lock || commandLine(lock.pid) === "") return;
  const name = clusterName(cluster);
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  if (pids.some((pid) => commandLine(Number(pid)).includes(name))) return;
  rmSync(join(cluster, "postmaster.pid"), { force: true });
}

/** Asks the server of a cluster to end: "fast" drops its clients and flushes, "at-once" leaves recovery to the next start. */
export function endPostmaster(cluster: string, how: "fast" | "at-once"): void {
  const running = findPostmaster(cluster);
  if (!running) return;
  try {
    process.kill(running.pid, how === "fast" ? "SIGINT" : "SIGQUIT");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** The name every process of the cluster's server carries in its command line. Any user may read those, unlike its folder. */
export function clusterName(cluster: string): string {
  return `muster-${createHash("sha256").update(resolve(cluster)).digest("hex").slice(0, 12)}`;
}

/** Lines: number, folder, start, port, socket folder, address, memory key, status. The later ones come as the server starts. */
function readLock(cluster: string): { pid: number; status: string } | undefined {
  const lines = readIfThere(join(cluster, "postmaster.pid"))?.split("\n");
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, status: lines[7]?.trim() || "starting" };
}

/** Empty for a process that is not there or a zombie. */
function commandLine(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`) ?? "";
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return undefined;
    }
    throw error;
  }
}

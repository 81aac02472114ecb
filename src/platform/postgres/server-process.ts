import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterName, findPostmaster } from "./postmaster.ts";
import { serverSettings } from "./server-settings.ts";
import type { ServerSite } from "./server-site.ts";

/**
 * The shell is the server's parent. It reads the FIFO of the server's users: a line is a question (see `membership.ts`),
 * the end says that the last user has gone. Its reader must be in the background, or a failed start would wait for ever; a
 * server that does not heed the fast shutdown (INT) within a minute is ended at once (QUIT; it recovers at next start).
 */
const WATCHER = `"$0" "$@" </dev/null 3<&- & p=$!
(
  while read -r x; do : >"$MUSTER_SOCKET_FOLDER/answer-$x"; done <&3
  exec 3<&-; kill -INT $p; i=0
  while kill -0 $p && [ $i -lt 60 ]; do sleep 1; i=$((i + 1)); done
  kill -QUIT $p
) 2>/dev/null & w=$!
exec 3<&-; wait $p; c=$?; kill $w 2>/dev/null; exit $c`;

/**
 * Starts the server of a cluster and waits until it is ready, or has ended: it did not start, be it that another
 * process's server turned out to hold the cluster.
 */
export async function launchServer(
  site: ServerSite,
  durability: "durable" | "lost-on-power-cut",
): Promise<void> {
  keepLogShort(site.logFile);
  const log = openSync(site.logFile, "a", 0o600);
  const users = openSync(site.fifo, constants.O_RDONLY);
  let child: ChildProcess;
  try {
    const settings = serverSettings(site.socketFolder, clusterName(site.cluster), durability);
    const args = ["-D", "/proc/self/cwd", ...settings];
    child = spawn("/bin/sh", ["-c", WATCHER, join(site.native, "bin", "postgres"), ...args], {
      ...identityOf(site),
      cwd: site.cluster,
      env: { ...serverEnvironment(), MUSTER_SOCKET_FOLDER: site.socketFolder },
      stdio: ["ignore", log, log, users],
      // Own session: Ctrl-C in the terminal is for Muster, which ends its work before the server goes.
      detached: true,
    });
  } finally {
    closeSync(log);
    closeSync(users);
  }
  child.unref();
  let ended = false;
  const end = exitCode(child).finally(() => {
    ended = true;
  });
  for (;;) {
    const postmaster = findPostmaster(site.cluster);
    if (ended || postmaster?.status === "ready") return;
    await Promise.race([end, sleep(10)]);
  }
}

const LONGEST_LOG_BYTES = 10_000_000;

function keepLogShort(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONGEST_LOG_BYTES) truncateSync(path);
}

/** As whom the server runs; nothing when that is we ourselves. */
export function identityOf(site: ServerSite): { uid?: number; gid?: number } {
  return site.account ? { uid: site.account.uid, gid: site.account.gid } : {};
}

/** Nothing of our own environment: PG* variables would change the server, others may be secrets. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", TZ: "UTC", LC_ALL: "C" };
}

/** Null when a signal ended it. Rejects when it could not be started. */
export function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((settle, fail) => {
    child.once("exit", settle);
    child.once("error", fail);
  });
}

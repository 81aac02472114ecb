import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../problem.ts";
import { makeCluster } from "./make-cluster.ts";
import { hasUsers, joinUsers, type Membership } from "./membership.ts";
import { endPostmaster, findPostmaster, forgetDeadPostmaster, type Postmaster } from "./postmaster.ts";
import { launchServer } from "./server-process.ts";
import { prepareSite, removeOutsideParts, type ServerSite } from "./server-site.ts";

export interface EmbeddedOptions {
  /** Of the superuser `postgres`, used when the cluster is made. */
  readonly superuserPassword: string;
  /** "lost-on-power-cut" switches off flushing to disk: for tests only. Default "durable". */
  readonly durability?: "durable" | "lost-on-power-cut" | undefined;
  /** Told when a server that died cannot be started again; it is tried on. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

export interface EmbeddedServer {
  /** The folder (mode 0700) that holds the Unix socket of port 5432. It stays the same over restarts. */
  readonly socketFolder: string;
  /** Process number of the server at this moment. */
  pid(): number | undefined;
  /**
   * Gives the server up. When no other process uses it, it is shut down and this waits until it is gone; a server
   * that others use runs on.
   */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of this data folder, or joins the one that another process of ours runs there.
 *
 * Every user holds the FIFO `users` open for writing. The watcher, a small shell that is the server's parent, reads
 * it: the kernel reports its end when the last user is gone, however it went (kill -9 too), and the watcher then
 * shuts the server down. So no server is orphaned, and none is taken from somebody who still uses it.
 * While in use, a server that dies is started again by any of its users.
 *
 * Throws a Problem when the server cannot start; its own words are in `postgres/server.log` of the data folder.
 */
export async function startEmbedded(dataDir: string, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { site, membership } = enter(resolve(dataDir));
  const use: Use = { site, membership, options };
  try {
    let postmaster = await acquire(use);
    const guard = keepRunning(use, (next) => {
      postmaster = next;
    });
    const stop = async () => {
      await guard.end();
      membership.leave();
      await leave(site);
    };
    let stopped: Promise<void> | undefined;
    return {
      socketFolder: site.socketFolder,
      pid: () => postmaster.pid,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    membership.leave();
    throw error;
  }
}

interface Use {
  readonly site: ServerSite;
  readonly membership: Membership;
  readonly options: EmbeddedOptions;
}

/** The last user to leave may remove the folder outside just when we enter it; then it is made again. */
function enter(dataDir: string): Pick<Use, "site" | "membership"> {
  for (let attempt = 1; ; attempt++) {
    const site = prepareSite(dataDir);
    try {
      return { site, membership: joinUsers(site) };
    } catch (error) {
      const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isGone || attempt === 3) throw error;
    }
  }
}

/** Longest wait for another process's server to come up or go away. Recovery after a power cut is not hurried. */
const PATIENCE_SECONDS = 120;

/** Backends of a killed server hold its memory for some moments, and a new server refuses to start beside them. */
const FAILED_STARTS_ALLOWED = 30;

/** Joins the running server or starts one; loops because either may change while we look. */
async function acquire({ site, membership, options }: Use): Promise<Postmaster> {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  let failedStarts = 0;
  for (;;) {
    const running = findPostmaster(site.cluster);
    if (running?.status === "ready" && (await membership.isCounted())) return running;
    if (!running) {
      forgetDeadPostmaster(site.cluster);
      if (!existsSync(join(site.cluster, "PG_VERSION"))) await makeCluster(site, options);
      await launchServer(site, options.durability ?? "durable");
      if (findPostmaster(site.cluster)) continue;
      if (++failedStarts > FAILED_STARTS_ALLOWED) throw startFailure(site, "does not start");
    }
    if (Date.now() > deadline) throw startFailure(site, "did not become ready in time");
    await sleep(running ? 20 : 100);
  }
}

/** Looks twice a second whether the server still lives, and starts it again when it does not. */
function keepRunning(use: Use, replaced: (next: Postmaster) => void): { end(): Promise<void> } {
  const ending = new AbortController();
  const watch = async () => {
    while (!ending.signal.aborted) {
      await sleep(500, undefined, { ref: false, signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted || findPostmaster(use.site.cluster)) continue;
      try {
        replaced(await acquire(use));
      } catch (error) {
        use.options.onTrouble?.(error);
      }
    }
  };
  const watching = watch();
  return {
    async end() {
      ending.abort();
      await watching;
    },
  };
}

/** The watcher needs milliseconds. Without one (it was killed) we end the server ourselves. */
const WATCHER_PATIENCE_MS = 3_000;
const SHUTDOWN_PATIENCE_MS = 60_000;

async function leave(site: ServerSite): Promise<void> {
  if (hasUsers(site.fifo)) return;
  const left = Date.now();
  let asked: "fast" | "at-once" | undefined;
  for (;;) {
    const running = findPostmaster(site.cluster);
    if (!running || hasUsers(site.fifo)) break;
    const waited = Date.now() - left;
    if (asked === undefined && running.status !== "stopping" && waited > WATCHER_PATIENCE_MS) {
      asked = "fast";
      endPostmaster(site.cluster, asked);
    } else if (asked !== "at-once" && waited > SHUTDOWN_PATIENCE_MS) {
      asked = "at-once";
      endPostmaster(site.cluster, asked);
    }
    await sleep(10);
  }
  if (!hasUsers(site.fifo)) removeOutsideParts(site);
}

function startFailure(site: ServerSite, what: string): Problem {
  return new Problem("unavailable", {
    code: "postgres.did_not_start",
    say: `The database server ${what}. Its own words are in ${site.logFile}.`,
    note: { cluster: site.cluster },
  });
}

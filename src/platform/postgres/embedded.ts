import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../problem.ts";
import { nativeFolder } from "./native.ts";
import {
  clusterName,
  endPostmaster,
  findPostmaster,
  forgetDeadPostmaster,
  type Postmaster,
} from "./postmaster.ts";
import { type ServerAccount, serverAccount } from "./server-account.ts";
import { serverSettings } from "./server-settings.ts";

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
  const site = prepareSite(resolve(dataDir), options);
  const membership = openSync(site.fifo, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    let postmaster = await acquire(site);
    const guard = keepRunning(site, (next) => {
      postmaster = next;
    });
    const stop = async () => {
      await guard.end();
      closeSync(membership);
      await leave(site);
    };
    let stopped: Promise<void> | undefined;
    return {
      socketFolder: site.socketFolder,
      pid: () => postmaster.pid,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    closeSync(membership);
    throw error;
  }
}

interface Site {
  /** `<data>/postgres`, owned by the server's account. */
  readonly folder: string;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly fifo: string;
  readonly logFile: string;
  readonly account: ServerAccount | null;
  readonly native: string;
  readonly options: EmbeddedOptions;
}

function prepareSite(dataDir: string, options: EmbeddedOptions): Site {
  const folder = join(dataDir, "postgres");
  const cluster = join(folder, "db");
  try {
    const account = serverAccount(cluster);
    // Root's server account must pass through the folder to reach the socket; 0711 lets it pass and not look.
    mkdirSync(dataDir, { recursive: true, mode: account ? 0o711 : 0o700 });
    makeFolder(folder, account);
    const socketFolder = prepareSocketFolder(folder, account);
    const fifo = join(socketFolder, "users");
    makeFifo(fifo, account);
    const nativeCopies = canEnter(folder, account) ? folder : socketFolder;
    const native = nativeFolder(account, nativeCopies);
    return {
      folder,
      cluster,
      socketFolder,
      fifo,
      logFile: join(folder, "server.log"),
      account,
      native,
      options,
    };
  } catch (error) {
    throw explainAccess(error, dataDir);
  }
}

function explainAccess(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error && "code" in error) || (error.code !== "EACCES" && error.code !== "EPERM"))
    return error;
  return new Problem("forbidden", {
    code: "postgres.folder_of_another",
    say: `The data folder ${dataDir} belongs to another user of this machine. Run Muster as that user, or choose another folder with --data.`,
    cause: error,
  });
}

function makeFolder(folder: string, account: ServerAccount | null): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { mode: 0o700, recursive: true });
  if (account) chownSync(folder, account.uid, account.gid);
}

/** The kernel's limit is 107 bytes for a socket's whole path; `/.s.PGSQL.5432.lock` must fit behind the folder. */
const LONGEST_SOCKET_FOLDER = 107 - "/.s.PGSQL.5432.lock".length;

/**
 * `<data>/postgres/run`; where that path is too long, or below a folder that the server's account may not pass (/root),
 * it is a symbolic link to a folder of ours under the temporary folder.
 */
function prepareSocketFolder(folder: string, account: ServerAccount | null): string {
  const run = join(folder, "run");
  if (Buffer.byteLength(run) <= LONGEST_SOCKET_FOLDER && canEnter(folder, account) && !isLink(run)) {
    makeFolder(run, account);
    return run;
  }
  if (!isLink(run)) {
    const temporary = tmpdir().length <= 40 ? tmpdir() : "/tmp";
    const made = mkdtempSync(join(temporary, "muster-"));
    if (account) chownSync(made, account.uid, account.gid);
    try {
      symlinkSync(made, run);
    } catch (error) {
      // Another process of ours was faster; its folder is used by both.
      rmSync(made, { recursive: true });
      if (!isLink(run)) throw error;
    }
  }
  const target = readlinkSync(run);
  makeFolder(target, account);
  assertOurs(target, account);
  return target;
}

/** A folder under /tmp could have been put there by somebody else after ours was cleaned away. */
function assertOurs(folder: string, account: ServerAccount | null): void {
  const found = lstatSync(folder);
  const owner = account?.uid ?? process.getuid?.();
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return;
  throw new Problem("forbidden", {
    code: "postgres.foreign_socket_folder",
    say: `The folder ${folder} is not Muster's own. Remove it, then start again.`,
  });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function canEnter(folder: string, account: ServerAccount | null): boolean {
  if (!account) return true;
  const identity = { uid: account.uid, gid: account.gid };
  return (
    spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...identity, cwd: "/", stdio: "ignore" }).status === 0
  );
}

function makeFifo(path: string, account: ServerAccount | null): void {
  if (existsSync(path)) return;
  const own = `${path}.${process.pid}`;
  const made = spawnSync("mkfifo", ["-m", "600", own], { encoding: "utf8" });
  if (made.status !== 0) {
    throw new Problem("unavailable", {
      code: "postgres.no_fifo",
      say: `Could not make ${path}: ${made.error?.message ?? made.stderr}`,
    });
  }
  if (account) chownSync(own, account.uid, account.gid);
  renameSync(own, path);
}

/** Longest wait for another process's server to come up or go away. Recovery after a power cut is not hurried. */
const PATIENCE_SECONDS = 120;

/** Backends of a killed server hold its memory for some moments, and a new server refuses to start beside them. */
const FAILED_STARTS_ALLOWED = 30;

/** Joins the running server or starts one; loops because either may change while we look. */
async function acquire(site: Site): Promise<Postmaster> {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  let failedStarts = 0;
  for (;;) {
    const running = findPostmaster(site.cluster);
    if (running?.status === "ready") return running;
    if (!running) {
      forgetDeadPostmaster(site.cluster);
      if (!existsSync(join(site.cluster, "PG_VERSION"))) await makeCluster(site);
      const started = await launch(site);
      if (started) return started;
      if (!findPostmaster(site.cluster) && ++failedStarts > FAILED_STARTS_ALLOWED) {
        throw startFailure(site, "does not start");
      }
    }
    if (Date.now() > deadline) throw startFailure(site, "did not become ready in time");
    await sleep(running ? 30 : 100);
  }
}

/** Looks twice a second whether the server still lives, and starts it again when it does not. */
function keepRunning(site: Site, replaced: (next: Postmaster) => void): { end(): Promise<void> } {
  const ending = new AbortController();
  const watch = async () => {
    while (!ending.signal.aborted) {
      await sleep(500, undefined, { ref: false, signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted || findPostmaster(site.cluster)) continue;
      try {
        replaced(await acquire(site));
      } catch (error) {
        site.options.onTrouble?.(error);
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

async function leave(site: Site): Promise<void> {
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
  const run = join(site.folder, "run");
  if (isLink(run) && !hasUsers(site.fifo)) {
    rmSync(run, { force: true });
    rmSync(site.socketFolder, { recursive: true, force: true });
  }
}

/** Reading a FIFO tells: its end means that nobody holds it for writing, "try again" that somebody does. */
function hasUsers(fifo: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    return readSync(handle, Buffer.alloc(1)) > 0;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "EAGAIN") return true;
      if (error.code === "ENOENT") return false;
    }
    throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function startFailure(site: Site, what: string): Problem {
  return new Problem("unavailable", {
    code: "postgres.did_not_start",
    say: `The database server ${what}. Its own words are in ${site.logFile}.`,
    note: { cluster: site.cluster },
  });
}

/**
 * Makes the cluster beside its final place and renames it: a folder named `db` is always a whole one. Of two that
 * do this at once one rename wins, and the other's work is dropped.
 */
async function makeCluster(site: Site): Promise<void> {
  removeBrokenOff(site.folder);
  const made = mkdtempSync(join(site.folder, "db.new-"));
  const passwordFile = join(site.socketFolder, `password-${process.pid}`);
  writeFileSync(passwordFile, `${site.options.superuserPassword}\n`, { mode: 0o600 });
  if (site.account) {
    chownSync(made, site.account.uid, site.account.gid);
    chownSync(passwordFile, site.account.uid, site.account.gid);
  }
  try {
    const failure = await runInitdb(site, made, passwordFile);
    if (failure !== null && !existsSync(site.cluster)) {
      throw new Problem("unavailable", {
        code: "postgres.no_cluster",
        say: `The database could not be created in ${site.folder}: ${failure}`,
      });
    }
    if (failure === null) renameSync(made, site.cluster);
    syncFolder(site.folder);
  } catch (error) {
    if (!existsSync(join(site.cluster, "PG_VERSION"))) throw error;
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(made, { recursive: true, force: true });
  }
}

const MAKING_TAKES_AT_MOST_MS = 600_000;

/** What a start that was killed while making the cluster left behind: 40 MB each. */
function removeBrokenOff(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!name.startsWith("db.new-")) continue;
    const made = statSync(path, { throwIfNoEntry: false });
    if (made && made.mtimeMs < Date.now() - MAKING_TAKES_AT_MOST_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

/** Null on success, else what initdb said. */
async function runInitdb(site: Site, into: string, passwordFile: string): Promise<string | null> {
  const args = [
    // The server's account may not be able to walk down to the cluster (below /root). It is put there by its parent and names it thus.
    ...[
      "-D",
      "/proc/self/cwd",
      "--username",
      "postgres",
      "--pwfile",
      passwordFile,
      "--auth",
      "scram-sha-256",
    ],
    // Not the system's locale library: its sort order changes with the system and would corrupt indexes.
    ...["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-locale", "--encoding", "UTF8"],
    ...["--data-checksums", "--no-instructions"],
    ...(site.options.durability === "lost-on-power-cut" ? ["--no-sync"] : []),
  ];
  const child = spawn(join(site.native, "bin", "initdb"), args, {
    ...identityOf(site),
    cwd: into,
    env: serverEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await exitCode(child);
  return code === 0 ? null : said.trim() || `initdb ended with ${code}`;
}

/**
 * The shell is the server's parent. Its reader must be in the background, or a failed start would wait for ever; a
 * server that does not heed the fast shutdown (INT) within a minute is ended at once (QUIT; it recovers at next start).
 */
const WATCHER = `"$0" "$@" </dev/null 3<&- & p=$!
(read -r x <&3; kill -INT $p; sleep 60; kill -QUIT $p) 2>/dev/null & w=$!
exec 3<&-; wait $p; c=$?; kill $w 2>/dev/null; exit $c`;

/** Null when the server did not start, be it that another process's server turned out to hold the cluster. */
async function launch(site: Site): Promise<Postmaster | null> {
  keepLogShort(site.logFile);
  const log = openSync(site.logFile, "a", 0o600);
  const users = openSync(site.fifo, constants.O_RDONLY);
  let child: ChildProcess;
  try {
    const durability = site.options.durability ?? "durable";
    const settings = serverSettings(site.socketFolder, clusterName(site.cluster), durability);
    const args = ["-D", "/proc/self/cwd", ...settings];
    child = spawn("/bin/sh", ["-c", WATCHER, join(site.native, "bin", "postgres"), ...args], {
      ...identityOf(site),
      cwd: site.cluster,
      env: serverEnvironment(),
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
    if (postmaster?.status === "ready") return postmaster;
    if (ended) return null;
    await Promise.race([end, sleep(10)]);
  }
}

function identityOf(site: Site): { uid?: number; gid?: number } {
  return site.account ? { uid: site.account.uid, gid: site.account.gid } : {};
}

/** Nothing of our own environment: PG* variables would change the server, others may be secrets. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", TZ: "UTC", LC_ALL: "C" };
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((settle, fail) => {
    child.once("exit", settle);
    child.once("error", fail);
  });
}

const LONGEST_LOG_BYTES = 10_000_000;

function keepLogShort(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONGEST_LOG_BYTES) truncateSync(path);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

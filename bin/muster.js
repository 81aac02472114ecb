#!/usr/bin/env node
// The launcher runs under whatever Node the machine has (20 or newer) and hands over to the Node 24 that
// was installed beside the product, because the product is TypeScript that only Node 24 runs as it stands.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = join(dirname(fileURLToPath(import.meta.url)), "..");
const ownNode = join(home, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
const node = existsSync(ownNode) ? ownNode : process.execPath;

const child = spawn(node, [join(home, "src", "main", "cli.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  // Node keeps compiled modules there, for this program and those it starts: half of a start. Where the folder cannot
  // be written, as in an installation of another user, it does without.
  env: { NODE_COMPILE_CACHE: join(home, "node_modules", ".cache", "muster"), ...process.env },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
child.on("error", (error) => {
  console.error(`muster: cannot start Node 24 (${error.message}). Run "npm ci" in ${home} first.`);
  process.exit(1);
});

import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { verifyPackage, verifyText } from "#capabilities/packages/verify.ts";
import { Problem } from "#platform/problem.ts";

interface VerifyOptions {
  readonly key?: string;
  readonly json?: boolean;
}

/** Needs nothing but the folder and the public key: no database, no data folder, no setting. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("check signed packages: signature, files, and that the annexes say what the report says")
    .argument("<path>", "a package folder, or a folder above packages")
    .option("--key <file>", "the issuer's public key, as you got it from the issuer (signing-key.asc)")
    .option("--json", "result as JSON on standard output")
    .action(async (path: string, options: VerifyOptions) => {
      const folders = await packageFolders(resolve(path));
      if (folders.length === 0) {
        throw new Problem("not-found", {
          code: "packages.none",
          say: `There is no package (manifest.json) in ${path} or below it.`,
        });
      }
      const key = options.key === undefined ? await keyBeside(resolve(path)) : resolve(options.key);
      const armored = await readFile(key, "utf8").catch(() => {
        throw new Problem("not-found", {
          code: "packages.no_key",
          say: `The public key ${key} cannot be read. Name it with --key.`,
        });
      });
      const results = [];
      for (const folder of folders) {
        const report = await verifyPackage(folder, armored);
        results.push({ folder, ...report });
        if (!options.json) process.stdout.write(`${folder}\n${verifyText(report)}`);
        if (!report.good) process.exitCode = 1;
      }
      if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      else
        process.stdout.write(
          `${results.filter(({ good }) => good).length} of ${results.length} packages hold. Key: ${key}\n`,
        );
      if (options.key === undefined) {
        process.stderr.write(
          "The key was found beside the packages. Compare its fingerprint with the one the issuer gave you by another way: whoever can change a package can change a key that lies beside it.\n",
        );
      }
    });
}

async function packageFolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => {
    throw new Problem("not-found", { code: "packages.no_folder", say: `The folder ${path} cannot be read.` });
  });
  if (entries.some(({ name }) => name === "manifest.json")) return [path];
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => join(path, name));
  return (await Promise.all(below.sort().map(packageFolders))).flat();
}

/** The nearest `signing-key.asc` in the folder or above it, where `run` and `package` put it. */
async function keyBeside(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const key = join(folder, "signing-key.asc");
    if (await stat(key).catch(() => null)) return key;
    if (folder === dirname(folder)) {
      throw new Problem("invalid", {
        code: "packages.no_key",
        say: "Name the issuer's public key with --key.",
      });
    }
  }
}

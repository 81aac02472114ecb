import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { verifyLog, verifyLogText } from "#capabilities/audit/verify.ts";
import {
  certificateText,
  readSignedCertificate,
  verifyCertificate,
} from "#capabilities/feeds/verify-certificate.ts";
import { verifyPackage, verifyText } from "#capabilities/packages/verify.ts";
import { Problem } from "#platform/problem.ts";

interface VerifyOptions {
  readonly key?: string;
  readonly json?: boolean;
}

/** Needs nothing but the file or folder and the public key: no database, no data folder, no setting. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "check signed packages (signature, files, annexes), a deletion certificate, or an exported audit log (every entry, its place)",
    )
    .argument("<path>", 'a package folder, a folder above packages, or a file of "muster audit"')
    .option("--key <file>", "the issuer's public key, as you got it from the issuer (signing-key.asc)")
    .option("--json", "result as JSON on standard output")
    .action(async (path: string, options: VerifyOptions) => {
      if ((await stat(path).catch(() => null))?.isFile()) return verifyFile(resolve(path), options);
      const folders = await packageFolders(resolve(path));
      if (folders.length === 0) {
        throw new Problem("not-found", {
          code: "packages.none",
          say: `There is no package (manifest.json) in ${path} or below it.`,
        });
      }
      const { key, armored } = await publicKey(options.key, resolve(path));
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
      if (options.key === undefined) warnOfKeyBeside();
    });
}

/** A deletion certificate, an exported audit log, or a proof from one. */
async function verifyFile(file: string, options: VerifyOptions): Promise<void> {
  const { key, armored } = await publicKey(options.key, dirname(file));
  const certificate = await readSignedCertificate(file);
  if (certificate !== null) {
    const report = await verifyCertificate(certificate, armored);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ file, ...report }, null, 2)}\n`
        : `${file}\n${certificateText(report)}Key: ${key}\n`,
    );
    if (!report.good) process.exitCode = 1;
    if (options.key === undefined) warnOfKeyBeside();
    return;
  }
  const report = await verifyLog(linesOf(file), armored);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ file, ...report }, null, 2)}\n`
      : `${file}\n${verifyLogText(report)}Key: ${key}\n`,
  );
  if (!report.good) process.exitCode = 1;
  if (options.key === undefined) warnOfKeyBeside();
}

/** Lines as bytes, without their line feed; what follows the last line feed is a line as well. */
async function* linesOf(file: string): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    // Opened without an encoding, it gives bytes.
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > LONGEST_LINE) break;
  }
  yield rest;
}

/** No line of ours is near this; a file without line feeds must not fill the memory. */
const LONGEST_LINE = 1 << 20;

async function publicKey(named: string | undefined, near: string): Promise<{ key: string; armored: string }> {
  const key = named === undefined ? await keyBeside(near) : resolve(named);
  const armored = await readFile(key, "utf8").catch(() => {
    throw new Problem("not-found", {
      code: "packages.no_key",
      say: `The public key ${key} cannot be read. Name it with --key.`,
    });
  });
  return { key, armored };
}

function warnOfKeyBeside(): void {
  process.stderr.write(
    "The key was found beside what it checks. Compare its fingerprint with the one the issuer gave you by another way: whoever can change a file can change a key that lies beside it.\n",
  );
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

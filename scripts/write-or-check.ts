import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/**
 * Writes a generated file (path from the root of the repository). With `--check` on the command line it writes nothing
 * and the program ends with 1 when the file differs.
 */
export function writeOrCheck(path: string, content: string): void {
  const file = join(ROOT, path);
  const isSame = existsSync(file) && readFileSync(file, "utf8") === content;
  if (isSame) return;
  if (!process.argv.includes("--check")) {
    writeFileSync(file, content);
    console.error(`${path} written`);
    return;
  }
  const script = relative(ROOT, process.argv[1] ?? "");
  console.error(`${path} is not what ${script} makes. Run "npx node ${script}" and review the difference.`);
  process.exitCode = 1;
}

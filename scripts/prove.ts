// Runs the tests over all routes for as long as one likes, beyond what a check has time for:
//   npm run prove -- 100000 [--from 500]   so many comparisons of random worlds, beginning with world 500
//   npm run prove -- fuzz [1000]           so many requests of both kinds to each route
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");

const { positionals, values } = parseArgs({ allowPositionals: true, options: { from: { type: "string" } } });
const [what = "", count = "1000"] = positionals;
const from = values.from === undefined ? {} : { PROVE_FROM: values.from };
if (what === "fuzz" && /^\d+$/.test(count)) run("all-routes", { PROVE_FUZZ: count, ...from });
else if (/^\d+$/.test(what)) run("non-interference-http", { PROVE_CASES: what, ...from });
else {
  console.error("npm run prove -- CASES [--from WORLD] | fuzz [REQUESTS] [--from SEED]");
  process.exitCode = 64;
}

function run(story: string, settings: Readonly<Record<string, string>>): void {
  const { status } = spawnSync("vitest", ["run", `test/stories/${story}.test.ts`], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...settings, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` },
  });
  process.exitCode = status ?? 1;
}

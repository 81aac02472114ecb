// Writes db/types.ts, the types of the real schema for Kysely; with --check only compares.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { withFreshDatabase } from "./fresh-database.ts";
import { writeOrCheck } from "./write-or-check.ts";

const MODULES = join(import.meta.dirname, "..", "node_modules");

writeOrCheck(
  "db/types.ts",
  await withFreshDatabase(async (database) => format(generate(database.urlFor("owner")))),
);

function generate(url: string): string {
  const args = [
    ...["--dialect", "postgres", "--url", "env(DATABASE_URL)", "--print", "--log-level", "error"],
    // As `platform/postgres/value-types.ts` reads them.
    ...["--date-parser", "string", "--type-mapping", JSON.stringify({ int8: "number" })],
    // The queue's own tables are the library's affair.
    ...["--exclude-pattern", "graphile_worker.*"],
  ];
  return run(join(MODULES, "kysely-codegen", "dist", "cli", "bin.js"), args, "", { DATABASE_URL: url });
}

function format(source: string): string {
  return run(
    join(MODULES, "@biomejs", "biome", "bin", "biome"),
    ["format", "--stdin-file-path=db/types.ts"],
    source,
  );
}

function run(
  program: string,
  args: readonly string[],
  input: string,
  environment: Record<string, string> = {},
): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    input,
    encoding: "utf8",
    maxBuffer: 64_000_000,
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

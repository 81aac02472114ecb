import { parseArgs } from "node:util";
import { asCaller } from "#platform/postgres/caller.ts";
import { benchIngest } from "./ingest.ts";
import { benchPackages } from "./packages.ts";
import { benchRead } from "./read.ts";
import { benchTiming } from "./timing.ts";

/** `npm run bench -- ingest [--rows 1000000] [--large]`, `npm run bench -- packages`, `npm run bench -- read [--rows N]` or `npm run bench -- timing` */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000000" }, large: { type: "boolean", default: false } },
});
/** The desk of the only operation of a new database. */
const DESK = { officer: "1", operations: "{1}", desk: "{1}" };
switch (positionals[0]) {
  case "ingest":
    await asCaller(DESK, () => benchIngest(Number(values.rows), values.large));
    break;
  case "packages":
    await asCaller(DESK, () => benchPackages(95, 30_000));
    break;
  case "read":
    await asCaller(DESK, () => benchRead(Number(values.rows)));
    break;
  case "timing":
    await benchTiming(); // each request says itself for whom
    break;
  default:
    console.error("npm run bench -- ingest [--rows N] [--large] | packages | read [--rows N] | timing");
    process.exitCode = 64;
}

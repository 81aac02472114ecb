import { parseArgs } from "node:util";
import { benchIngest } from "./ingest.ts";
import { benchPackages } from "./packages.ts";

/** `npm run bench -- ingest [--rows 1000000] [--large]` or `npm run bench -- packages` */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000000" }, large: { type: "boolean", default: false } },
});
switch (positionals[0]) {
  case "ingest":
    await benchIngest(Number(values.rows), values.large);
    break;
  case "packages":
    await benchPackages(95, 30_000);
    break;
  default:
    console.error("npm run bench -- ingest [--rows N] [--large] | packages");
    process.exitCode = 64;
}

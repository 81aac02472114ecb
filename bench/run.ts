import { parseArgs } from "node:util";
import { benchIngest } from "./ingest.ts";

/** `npm run bench -- ingest [--rows 1000000] [--large]` */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000000" }, large: { type: "boolean", default: false } },
});
switch (positionals[0]) {
  case "ingest":
    await benchIngest(Number(values.rows), values.large);
    break;
  default:
    console.error("npm run bench -- ingest [--rows N] [--large]");
    process.exitCode = 64;
}

import { Command } from "commander";
import { listTables, readOwnTables } from "#capabilities/jurisdiction/index.ts";
import { readSettings } from "#platform/config/settings.ts";

/** Needs no data folder: it is how an operator tries the file that MUSTER_TABLES names. */
export function tablesCommand(): Command {
  return new Command("tables")
    .description("the outside tables in use, with date and shelf life; reads your own to the last row")
    .option("--json", "result as JSON on standard output")
    .action(async ({ json }: { json?: boolean }) => {
      const { tablesFile } = readSettings();
      const own = tablesFile === undefined ? null : await readOwnTables(tablesFile, Date.now());
      const tables = await listTables(own, new Date().toISOString().slice(0, 10));
      if (json === true) {
        process.stdout.write(`${JSON.stringify(tables, null, 2)}\n`);
        return;
      }
      for (const { what, name, isOwn, asOf, freshUntil, isPastShelfLife } of tables) {
        const age = isPastShelfLife ? `PAST its shelf life since ${freshUntil}` : `fresh until ${freshUntil}`;
        process.stdout.write(
          `${what.padEnd(12)} ${name.padEnd(24)} ${isOwn ? "own    " : "shipped"}  of ${asOf}, ${age}\n`,
        );
      }
    });
}

import type pg from "pg";
import { csvLine } from "#standards/csv.ts";
import { listRefusedAfter } from "../receipt-queries.ts";

const ROWS_AT_A_TIME = 1000;

/** What was not taken of a delivery as CSV, a line per value, read as it is sent. Cells that a spreadsheet would run are shown. */
export async function* streamRefused(db: pg.Pool, delivery: number): AsyncGenerator<string> {
  yield csvLine(["part", "row", "code", "reason", "raw"]);
  let after = { part: -1, row: 0, ordinal: 0 };
  for (;;) {
    const rows = await listRefusedAfter(db, delivery, after, ROWS_AT_A_TIME);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => csvLine([row.partName, String(row.row), row.code, row.reason, row.raw])).join("");
    after = last;
  }
}

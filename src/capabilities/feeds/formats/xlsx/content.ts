import readWorkbook from "read-excel-file/node";
import type { ReadOptions, RowSink } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { noIndicators } from "../../read/office-document.ts";
import { createReportReader } from "../../read/report.ts";
import { planTable } from "../../read/table-plan.ts";

const SAMPLE_ROWS = 200;

/** Runs in a thread. A sheet with a column of indicators is read as a table; any other like the table of a report. */
export async function read(bytes: Uint8Array, sink: RowSink, options: ReadOptions): Promise<void> {
  const sheets = await readWorkbook(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const counted = countClaims(sink);
  for (const { data } of sheets) {
    const rows = data.map((row) => row.map(asText));
    readSheet(rows, counted.sink, options);
  }
  if (counted.claims() === 0) throw noIndicators("workbook");
}

function readSheet(rows: readonly string[][], sink: RowSink, options: ReadOptions): void {
  const first = rows.findIndex((row) => row.filter((cell) => cell !== "").length > 1);
  const start = first === -1 ? rows.findIndex((row) => row.some((cell) => cell !== "")) : first;
  if (start === -1) return;
  const table = rows.slice(start);
  const plan = planTable(table.slice(0, SAMPLE_ROWS), options);
  if (plan === null) {
    const report = createReportReader(sink);
    report.block({ kind: "table", rows: table.map((cells, at) => ({ cells, row: start + at + 1 })) });
    return;
  }
  const claim = createClaimer(plan.columns, sink);
  table.forEach((cells, at) => {
    if ((at === 0 && plan.hasHeader) || cells.every((cell) => cell === "")) return;
    sink.row();
    claim(cells, start + at + 1);
  });
}

type Cell = Awaited<ReturnType<typeof readWorkbook>>[number]["data"][number][number];

/** Dates of a workbook have no zone: they are written as they are shown, and read like any date without one. */
function asText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date)
    return Number.isNaN(cell.getTime())
      ? ""
      : cell
          .toISOString()
          .replace("T", " ")
          .replace(/\.000Z$/, "");
  return String(cell).trim();
}

function countClaims(sink: RowSink) {
  let claims = 0;
  const counting: RowSink = {
    row: () => sink.row(),
    refuse: (refusal) => sink.refuse(refusal),
    claim(claim) {
      claims++;
      sink.claim(claim);
    },
  };
  return { sink: counting, claims: () => claims };
}

import type { ReadOptions, RowSink } from "../../format.ts";
import { bytesInMemory } from "../../read/byte-source.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { documentAllowance, noIndicators } from "../../read/office-document.ts";
import { zipFiles } from "../../read/open-zip.ts";
import { createReportReader, type TableRow } from "../../read/report.ts";
import { planTable } from "../../read/table-plan.ts";
import { readSheets } from "./workbook.ts";

/** Rows that are looked at before it is decided how to read a sheet. */
const SAMPLE_ROWS = 200;

/** Runs in a thread. A sheet with a column of indicators is read as a table; any other like the table of a report. */
export async function read(bytes: Uint8Array, sink: RowSink, options: ReadOptions): Promise<void> {
  const source = bytesInMemory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const opening = { allowance: documentAllowance(bytes.length), name: "the workbook" };
  const files = await zipFiles(source, opening);
  const counted = countClaims(sink);
  await readSheets(
    (name) => files.get(name)?.(),
    () => createSheetReader(counted.sink, options),
  );
  if (counted.claims() === 0) throw noIndicators("workbook");
}

function createSheetReader(sink: RowSink, options: ReadOptions) {
  let sample: TableRow[] | null = [];
  let take = (_: readonly string[], __: number): void => {};

  /** A title above the table stands alone in its row, and is no header. */
  function decide(): void {
    const held = sample ?? [];
    sample = null;
    const isFilled = ({ cells }: TableRow) => cells.filter((cell) => cell !== "").length > 1;
    const first = held.some(isFilled) ? held.findIndex(isFilled) : 0;
    const rows = held.slice(first);
    const plan = planTable(
      rows.map((row) => row.cells),
      options,
    );
    if (plan === null) {
      const report = createReportReader(sink);
      report.block({ kind: "table", rows });
      take = (cells, row) => report.block({ kind: "table", rows: [...rows.slice(0, 1), { cells, row }] });
      return;
    }
    const claim = createClaimer(plan.columns, sink);
    take = (cells, row) => {
      sink.row();
      claim(cells, row);
    };
    for (const { cells, row } of plan.hasHeader ? rows.slice(1) : rows) take(cells, row);
  }

  return {
    row(cells: readonly string[], row: number): void {
      if (sample === null) {
        take(cells, row);
        return;
      }
      sample.push({ cells, row });
      if (sample.length >= SAMPLE_ROWS) decide();
    },
    end(): void {
      if (sample !== null && sample.length > 0) decide();
    },
  };
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

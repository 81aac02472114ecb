import { defineFeedFormat, type ReadOptions, UnreadablePart } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { headFirst } from "../../read/head-first.ts";
import { findHeader, readTable } from "../../read/table.ts";
import { planReport } from "./reports.ts";

/** Reports of the Shadowserver Foundation as CSV, told apart by their columns; see `reports.ts` for what each one means. */
export default defineFeedFormat({
  id: "shadowserver",
  title: "Shadowserver report (CSV)",

  recognise(head) {
    if (head.text.length === 0) return 0;
    return findHeader(head.text, isReport) === null ? 0 : 90;
  },

  async read(part, sink, options: ReadOptions) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const header = findHeader(head, isReport);
    const plan = header === null ? null : planReport(header.names, options);
    if (header === null || plan === null) {
      throw new UnreadablePart(
        "broken",
        "The first line with the column names of the Shadowserver report is missing or cut.",
      );
    }
    const claimers = plan.byRow.map(({ when, columns }) => ({ when, claim: createClaimer(columns, sink) }));
    const leastWidth =
      2 + Math.max(...plan.byRow.flatMap(({ columns }) => columns.observables.map(({ index }) => index)));
    const shape = {
      separator: ",",
      width: header.names.length,
      leastWidth,
      hasHeader: header.place === "record",
    };
    await readTable(all, shape, sink, (fields, line) => {
      for (const { when, claim } of claimers) {
        if (when !== undefined && !when(fields)) continue;
        claim(fields, line);
        return;
      }
    });
  },
});

function isReport(names: readonly string[]): boolean {
  return planReport(names, {}) !== null;
}

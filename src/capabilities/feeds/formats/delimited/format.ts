import { defineFeedFormat, type Head, UnreadablePart } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { headFirst } from "../../read/head-first.ts";
import { sniffTable } from "../../read/sniff.ts";
import { readTable } from "../../read/table.ts";
import { planTable } from "../../read/table-plan.ts";

/**
 * Any table as text: comma, semicolon, tab or bar; with a header in one of the languages of `field-names.ts`, with a
 * mapping declared for the source, or without header by the shapes of the values. The role is what the row's own
 * threat type says; without it the delivery's role applies later.
 */
export default defineFeedFormat({
  id: "delimited",
  title: "Table as text (CSV, TSV, semicolons)",

  recognise(head) {
    if (!mayBeTable(head)) return 0;
    const sniffed = sniffTable(head.text, head.complete);
    if (sniffed === null) return 0;
    const plan = planTable(sniffed.records, {});
    if (plan === null) return 0;
    return plan.hasHeader ? 55 : 45;
  },

  async read(part, sink, options) {
    const { head, complete, all } = await headFirst(part.text(), 64 * 1024);
    const sniffed = sniffTable(head, complete);
    const plan = sniffed === null ? null : planTable(sniffed.records, options);
    if (sniffed === null || plan === null) throw new UnreadablePart("no-indicators", NO_COLUMN);
    const { separator } = sniffed;
    await readTable(all, { separator, ...plan }, sink, createClaimer(plan.columns, sink));
  },
});

const NO_COLUMN =
  "No column of indicators was found. Name the columns in the first line (indicator, ip, domain, url, sha256 ...), or declare a mapping with the delivery.";

/** JSON, XML and mail have lines with commas too. */
function mayBeTable(head: Head): boolean {
  return head.text.length > 0 && !/^\s*[{[<]/.test(head.text.slice(0, 200));
}

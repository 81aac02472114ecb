import { defineFeedFormat, type Head, type RowSink, UnreadablePart } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { readDelimited } from "../../read/delimited.ts";
import { headFirst } from "../../read/head-first.ts";
import { sniffTable } from "../../read/sniff.ts";
import { planTable, type TablePlan } from "../../read/table-plan.ts";

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
    await readDelimited(all, { separator: sniffed.separator, comment: "#" }, createTableVisitor(plan, sink));
  },
});

const NO_COLUMN =
  "No column of indicators was found. Name the columns in the first line (indicator, ip, domain, url, sha256 ...), or declare a mapping with the delivery.";

/** JSON, XML and mail have lines with commas too. */
function mayBeTable(head: Head): boolean {
  return head.text.length > 0 && !/^\s*[{[<]/.test(head.text.slice(0, 200));
}

/** Feeds records to the claims of a plan; a record with another number of columns than the header is refused. */
function createTableVisitor(plan: TablePlan, sink: RowSink) {
  const claim = createClaimer(plan.columns, sink);
  const { width } = plan;
  let first = plan.hasHeader;
  return {
    record(fields: readonly string[], line: number): void {
      if (first) {
        first = false;
        return;
      }
      if (fields.length === 1 && fields[0]?.trim() === "") return;
      sink.row();
      if (fields.length < width || (fields.length > width && hasText(fields, width))) {
        const reason = `This row has ${fields.length} columns, the table has ${width}. Put values that contain the separator in quotation marks.`;
        sink.refuse({ row: line, code: "bad-row", reason, raw: fields.join(",").slice(0, 4096) });
        return;
      }
      claim(fields, line);
    },
    refused(code: "too-long" | "bad-row", reason: string, raw: string, line: number): void {
      sink.row();
      sink.refuse({ row: line, code, reason, raw: raw.slice(0, 4096) });
    },
  };
}

function hasText(fields: readonly string[], from: number): boolean {
  for (let index = from; index < fields.length; index++) if (fields[index]?.trim() !== "") return true;
  return false;
}

import { defineFeedFormat } from "../../format.ts";
import { cellText } from "../../read/cells.ts";
import { parseDate } from "../../read/dates.ts";
import { readTable } from "../../read/table.ts";

/** The C2 master lists of Bambenek Consulting: `value, "Domain used by <families>", date, address of the manual`. */
export default defineFeedFormat({
  id: "bambenek",
  title: "Bambenek C2 master list",

  recognise(head) {
    return /^##? ?(?:Master Feed of known, active|.{0,60}Bambenek Consulting)/m.test(head.text.slice(0, 4096))
      ? 90
      : 0;
  },

  async read(part, sink, options) {
    const hints = { timeZone: options.timeZone };
    await readTable(part.text(), { separator: ",", width: 4, hasHeader: false }, sink, (fields, row) => {
      const value = cellText(fields[0]);
      if (value.length === 0) {
        sink.refuse({
          row,
          code: "empty",
          reason: "The row has no value.",
          raw: fields.join(",").slice(0, 4096),
        });
        return;
      }
      const lastSeen = parseDate(fields[2] ?? "", hints) ?? undefined;
      const reference = "Bambenek Consulting";
      sink.claim({ row, value, role: "c2", families: familiesOf(fields[1] ?? ""), lastSeen, reference });
    });
  },
});

/** `Domain used by shiotob/urlzone/bebloh` names one family by all its names. */
function familiesOf(description: string): string[] | undefined {
  const names = / used by ([\w./ -]{2,120})/.exec(description)?.[1];
  if (names === undefined) return undefined;
  return names
    .replace(/ C$| DGA.*$/, "")
    .split("/")
    .map((name) => name.trim())
    .filter((name) => name.length > 0);
}

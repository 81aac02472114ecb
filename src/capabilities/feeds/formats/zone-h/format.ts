import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { headFirst } from "../../read/head-first.ts";
import { findHeader, readTable } from "../../read/table.ts";

/**
 * Defacement archives in the layout of Zone-H. The defaced page is a compromised site. The address beside it serves
 * many sites, and the notifier's nickname is an unproven claim about a person: both are left out.
 */
export default defineFeedFormat({
  id: "zone-h",
  title: "Defacement archive (Zone-H CSV)",

  recognise(head) {
    if (head.text.length === 0) return 0;
    return findHeader(head.text, isDefacements) === null ? 0 : 92;
  },

  async read(part, sink, options) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const header = findHeader(head, isDefacements);
    if (header === null) {
      throw new UnreadablePart(
        "broken",
        "The first line with the column names of the defacement archive is missing or cut.",
      );
    }
    const { names } = header;
    const seen = names.indexOf(names.includes("accept_date") ? "accept_date" : "add_date");
    const hints = { timeZone: options.timeZone };
    const claim = createClaimer(
      {
        observables: [{ index: names.indexOf("domain"), ownRole: "compromised", rank: 0 }],
        firstSeen: { index: names.indexOf("add_date"), hints },
        lastSeen: { index: seen, hints },
        country: names.includes("country_code") ? names.indexOf("country_code") : undefined,
        origin: "Zone-H",
      },
      sink,
    );
    const shape = { separator: ",", width: names.length, hasHeader: header.place === "record" };
    await readTable(all, shape, sink, claim);
  },
});

function isDefacements(names: readonly string[]): boolean {
  return ["add_date", "domain", "defacement_id"].every((name) => names.includes(name));
}

import { defineFeedFormat, type ReadOptions, UnreadablePart } from "../../format.ts";
import { type ClaimColumns, createClaimer } from "../../read/claim-columns.ts";
import { headFirst } from "../../read/head-first.ts";
import { findHeader, readTable } from "../../read/table.ts";

/**
 * Lists of phishing pages as tables: PhishTank, the JPCERT/CC phishing URL list (date, URL, description), and the
 * OpenPhish export with columns. A bare list of addresses (OpenPhish, free feed) says nowhere that it is about
 * phishing: it is a plain list and takes the role of its delivery.
 */
export default defineFeedFormat({
  id: "phishing-list",
  title: "Phishing list (PhishTank, JPCERT/CC, OpenPhish)",

  recognise(head) {
    if (head.text.length === 0) return 0;
    return findHeader(head.text, isKnown) === null ? 0 : 88;
  },

  async read(part, sink, options) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const header = findHeader(head, isKnown);
    const layout = header === null ? undefined : LAYOUTS.find((candidate) => candidate.is(header.names));
    if (header === null || layout === undefined) {
      throw new UnreadablePart(
        "broken",
        "The first line with the column names of the phishing list is missing or cut.",
      );
    }
    const shape = { separator: ",", width: header.names.length, hasHeader: header.place === "record" };
    await readTable(all, shape, sink, createClaimer(layout.columns(header.names, options), sink));
  },
});

interface Layout {
  is(names: readonly string[]): boolean;
  columns(names: readonly string[], options: ReadOptions): ClaimColumns;
}

const LAYOUTS: readonly Layout[] = [
  {
    is: (names) => ["phish_id", "url", "verification_time"].every((name) => names.includes(name)),
    columns: (names, { timeZone }) => ({
      ...phishingUrl(names),
      firstSeen: { index: names.indexOf("submission_time"), hints: { timeZone } },
      lastSeen: { index: names.indexOf("verification_time"), hints: { timeZone } },
      status: names.indexOf("online"),
      target: names.indexOf("target"),
      origin: "PhishTank",
    }),
  },
  {
    is: (names) =>
      names.length === 3 && names[0] === "date" && names[1] === "url" && names[2] === "description",
    columns: (names, { timeZone }) => ({
      ...phishingUrl(names),
      seen: { index: 0, hints: { timeZone } },
      target: 2,
      origin: "JPCERT/CC",
    }),
  },
  {
    is: (names) => names.includes("url") && names.includes("brand") && names.includes("isotime"),
    columns: (names, { timeZone }) => ({
      ...phishingUrl(names),
      seen: { index: names.indexOf("isotime"), hints: { timeZone } },
      target: names.indexOf("brand"),
      country: names.includes("country_code") ? names.indexOf("country_code") : undefined,
      origin: "OpenPhish",
    }),
  },
];

function isKnown(names: readonly string[]): boolean {
  return LAYOUTS.some((layout) => layout.is(names));
}

function phishingUrl(names: readonly string[]): Pick<ClaimColumns, "observables"> {
  return { observables: [{ index: names.indexOf("url"), ownRole: "phishing", rank: 0 }] };
}

import { isolate } from "#platform/i18n/isolate.ts";
import { countryName } from "#reference/countries/country-names.ts";
import { defang } from "#standards/observable/defang.ts";
import type { ReportContent, ReportThreat } from "../../model/report.ts";
import { printable, printableIdentifier } from "../printable.ts";
import type { Words } from "./report-view.ts";

/** Some addresses of phishing pages run to thousands of characters; more than this helps no reader of paper. */
const MAXIMUM_CHARACTERS = 240;
/** Characters, marks of isolation included, that a line of the column for indicators holds in any layout. */
const FITS_INDICATOR_COLUMN = 30;
const ZERO_WIDTH_SPACE = "\u200B";

/** A threat's value for the table: defanged, isolated, with places where a long one may break. */
export function printedIndicator(threat: ReportThreat, words: Words): string {
  const text = defang(threat);
  const shortened = text.length > MAXIMUM_CHARACTERS;
  return `${breakable(printableIdentifier(text, MAXIMUM_CHARACTERS))}${shortened ? ` ${words("threats.shortened")}` : ""}`;
}

/** What the narrow columns have no room for: ports, imitated organisation, shared infrastructure, other countries. */
export function threatNotes(report: ReportContent, threat: ReportThreat, words: Words): string {
  const { ports, targets, sharedInfrastructure, otherCountries } = threat;
  const notes: string[] = [];
  if (ports.length > 0) {
    notes.push(
      words("threats.ports", { count: ports.length, ports: isolate(ports.slice(0, 12).join(", ")) }),
    );
  }
  if (targets.length > 0) {
    const names = targets.slice(0, 4).map((target) => printableIdentifier(target, 80));
    notes.push(words("threats.targets", { targets: names.join(", ") }));
  }
  if (sharedInfrastructure !== null) {
    notes.push(words("threats.shared", { name: printableIdentifier(sharedInfrastructure, 60) }));
  }
  if (otherCountries.length > 0) {
    const names = otherCountries.map((code) => printable(countryName(code, report.language)));
    notes.push(words("threats.others", { countries: names.join(", ") }));
  }
  return notes.join(" · ");
}

/**
 * Lets a line break inside a long identifier: after the signs that part it, and within long runs of letters. The
 * places are zero-width spaces, which are not printed and have to be taken out of text copied from the PDF; so short
 * identifiers get none and copy as they are. `fits`: characters that a line of the column holds.
 */
export function breakable(text: string, fits = FITS_INDICATOR_COLUMN): string {
  if (!text.split(/\s/).some((word) => word.length > fits)) return text;
  return text
    .replaceAll(/[/?&=._-]|\]/g, (sign) => `${sign}${ZERO_WIDTH_SPACE}`)
    .replaceAll(/[^\s\u200B]{10}(?=[^\s\u200B\u2069]{3})/g, (run) => `${run}${ZERO_WIDTH_SPACE}`);
}

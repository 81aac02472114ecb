import { neutraliseCell } from "../model/csv-cell.ts";
import type { ReportContent, ReportThreat } from "../model/report.ts";

/** Columns of `indicators.csv`. Stable: receivers' scripts rely on names and order; new ones go to the end. */
export const INDICATOR_COLUMNS = [
  "type",
  "value",
  "role",
  "families",
  "liveness",
  "first_seen",
  "last_seen",
  "ports",
  "targets",
  "host",
  "country_basis",
  "other_countries",
  "disagreements",
  "government_suffix",
  "government_level",
  "shared_infrastructure",
  "sources",
  "origins",
  "assertions",
  "confidence",
  "tlp",
  "pap",
  "handling",
  "rsit",
  "report",
] as const;

/**
 * All threats of a report as CSV (RFC 4180, UTF-8 without byte-order mark, because a mark hides the first column's
 * name from scripts; lists inside a cell are separated by `|`). Every cell is quoted, so that a semicolon inside a
 * value cannot open a new cell in a program that separates by semicolons.
 */
export function indicatorCsv(report: ReportContent): string {
  const lines = report.threats.map((threat) => cells(report, threat).map(csvCell).join(","));
  return `${[INDICATOR_COLUMNS.map(csvCell).join(","), ...lines].join("\r\n")}\r\n`;
}

function cells(report: ReportContent, threat: ReportThreat): string[] {
  return [
    threat.type,
    threat.value,
    report.subject.role,
    threat.families.join("|"),
    threat.liveness,
    threat.firstSeen ?? "",
    threat.lastSeen ?? "",
    threat.ports.join("|"),
    threat.targets.join("|"),
    threat.host ?? "",
    threat.basis.join("|"),
    threat.otherCountries.join("|"),
    threat.disagreements.join("|"),
    threat.government?.suffix ?? "",
    threat.government?.level ?? "",
    threat.sharedInfrastructure ?? "",
    threat.sources.join("|"),
    String(threat.origins),
    String(threat.assertions),
    threat.confidence === null ? "" : String(threat.confidence),
    threat.marking.tlp,
    threat.marking.pap ?? "",
    threat.marking.codes.join("|"),
    report.subject.rsit,
    report.reference,
  ];
}

function csvCell(text: string): string {
  return `"${neutraliseCell(text).replaceAll('"', '""')}"`;
}

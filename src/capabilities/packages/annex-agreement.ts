import { parse } from "csv-parse/sync";
import { attributeKind } from "#standards/misp/attribute-types.ts";
import { observableForm, observableObjectId } from "#standards/stix/observable-object.ts";
import { observablePattern } from "#standards/stix/pattern.ts";
import { restoreCell } from "./model/csv-cell.ts";
import type { ReportJson } from "./model/report-schema.ts";

/**
 * Where the annexes differ from `report.json`: one line per difference, empty when all hold the same values, the same
 * number of them and the same marking. The annexes are given as text and read by their own formats' rules.
 */
export interface AnnexTexts {
  readonly csv: string;
  readonly stix: string;
  readonly misp: string;
}

export function annexDifferences(report: ReportJson, annexes: AnnexTexts): string[] {
  return [
    ...figureFaults(report),
    ...csvFaults(report, annexes.csv),
    ...stixFaults(report, annexes.stix),
    ...mispFaults(report, annexes.misp),
  ];
}

function figureFaults({ keyFigures, threats }: ReportJson): string[] {
  const faults =
    keyFigures.threats === threats.length
      ? []
      : [`report.json: figure ${keyFigures.threats}, ${threats.length} threats`];
  for (const [type, count] of Object.entries(keyFigures.byType)) {
    const found = threats.filter((threat) => threat.type === type).length;
    if (found !== count) faults.push(`report.json: figure ${count} ${type}, ${found} threats`);
  }
  return faults;
}

function csvFaults(report: ReportJson, text: string): string[] {
  const rows: unknown = parse(text, { columns: true, relax_column_count: false });
  if (!Array.isArray(rows)) return ["indicators.csv: not a table"];
  const values = rows.map(
    (row: unknown) => `${restoreCell(member(row, "type"))} ${restoreCell(member(row, "value"))}`,
  );
  return setFaults(
    "indicators.csv",
    values,
    report.threats.map(({ type, value }) => `${type} ${value}`),
  );
}

function stixFaults(report: ReportJson, text: string): string[] {
  const objects = list(member(JSON.parse(text), "objects", false));
  const patterns = objects
    .filter((object) => member(object, "type") === "indicator")
    .map((object) => member(object, "pattern"));
  const ids = new Set(objects.map((object) => member(object, "id")));
  const missing = report.threats.filter((threat) => !ids.has(observableObjectId(observableForm(threat))));
  return [
    ...setFaults("bundle.stix.json", patterns, report.threats.map(observablePattern)),
    ...missing.map(({ value }) => `bundle.stix.json: no observable for ${value}`),
    ...markingFault(
      "bundle.stix.json",
      objects.some((object) => member(object, "name") === `TLP:${report.marking.tlp}`),
    ),
  ];
}

function mispFaults(report: ReportJson, text: string): string[] {
  const event = member(JSON.parse(text), "Event", false);
  const attributes = list(member(event, "Attribute", false));
  const found = attributes.map((attribute) => `${member(attribute, "type")} ${member(attribute, "value")}`);
  const expected = report.threats.map(
    (threat) => `${attributeKind(threat, report.subject.role).type} ${threat.value}`,
  );
  const tags = list(member(event, "Tag", false)).map((tag) => member(tag, "name"));
  return [
    ...setFaults("event.misp.json", found, expected),
    ...markingFault("event.misp.json", tags.includes(`tlp:${report.marking.tlp.toLowerCase()}`)),
  ];
}

function markingFault(file: string, marked: boolean): string[] {
  return marked ? [] : [`${file}: does not carry the marking of the report`];
}

/** Compares two lists as multisets. */
function setFaults(file: string, found: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of expected) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const value of found) counts.set(value, (counts.get(value) ?? 0) - 1);
  const faults = [...counts].filter(([, count]) => count !== 0);
  return faults.map(([value, count]) => `${file}: ${count > 0 ? "lacks" : "has besides"} ${value}`);
}

function member(object: unknown, name: string, asText?: true): string;
function member(object: unknown, name: string, asText: false): unknown;
function member(object: unknown, name: string, asText = true): unknown {
  const entries = typeof object === "object" && object !== null ? Object.entries(object) : [];
  const value: unknown = entries.find(([key]) => key === name)?.[1];
  return asText ? String(value ?? "") : value;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

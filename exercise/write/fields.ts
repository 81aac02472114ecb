import type { BadKind, Row, Statement } from "../statements.ts";

export interface Column {
  readonly name: string;
  of(statement: Statement): string;
}

/** Rows as fields in the order of the columns; rows that must be ragged are, in the two ways that happen. */
export function tabulate(columns: readonly Column[], rows: readonly Row[], separator: string): string[][] {
  return rows.flatMap((row) =>
    row.statements.map((statement) => {
      const fields = columns.map((column) => quoted(column.of(statement), separator));
      return raggedly(fields, row.bad);
    }),
  );
}

function raggedly(fields: string[], bad: BadKind | null): string[] {
  if (bad === "too-few-fields") return fields.slice(0, 2);
  if (bad === "too-many-fields") return [...fields.slice(0, 2), "seen twice", "see note", ...fields.slice(2)];
  return fields;
}

function quoted(field: string, separator: string): string {
  if (!field.includes(separator) && !field.includes('"') && !field.includes("\n")) return field;
  return `"${field.replaceAll('"', '""')}"`;
}

/** A table as text: header, then rows. */
export function writeTable(
  columns: readonly Column[],
  rows: readonly Row[],
  separator: string,
  newline: string,
): string {
  const lines = [columns.map((column) => column.name), ...tabulate(columns, rows, separator)];
  return lines.map((fields) => fields.join(separator) + newline).join("");
}

/** The words of the Reference Security Incident Taxonomy for a role. */
export const RSIT_TYPE = {
  c2: "c2-server",
  phishing: "phishing",
  compromised: "system-compromise",
  victim: "infected-system",
} as const;
export const RSIT_CLASS = {
  c2: "malicious-code",
  phishing: "fraud",
  compromised: "intrusions",
  victim: "malicious-code",
} as const;

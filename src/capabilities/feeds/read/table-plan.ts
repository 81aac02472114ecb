import type { ThreatRole } from "#standards/threat-role.ts";
import { type ReadOptions, UnreadablePart } from "../format.ts";
import { cellText } from "./cells.ts";
import type { ClaimColumns, DateColumn, ObservableColumn } from "./claim-columns.ts";
import { dayOrderOf, parseDate } from "./dates.ts";
import {
  type CanonicalField,
  foldName,
  inferFields,
  isCanonicalField,
  OBSERVABLE_FIELDS,
  type ObservableField,
} from "./field-names.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { statusOf, threatRoleOf } from "./words.ts";

/** How a table of unknown origin is read. */
export interface TablePlan {
  /** Whether the first record names the columns. */
  readonly hasHeader: boolean;
  /** How many columns a full record has. */
  readonly width: number;
  readonly columns: ClaimColumns;
}

/**
 * Decides how to read a table from its first records: by the mapping given for the source, else by the names in the
 * first record, else by the shapes of the values. Returns `null` when no column holds indicators. Throws
 * `UnreadablePart` when the mapping names a column that is not there.
 */
export function planTable(records: readonly (readonly string[])[], options: ReadOptions): TablePlan | null {
  const [first] = records;
  if (first === undefined) return null;
  const hasHeader = isHeader(first);
  const samples = hasHeader ? records.slice(1) : records;
  const width = hasHeader ? namedWidth(first) : commonWidth(records);
  const names = hasHeader ? first : first.map((_, index) => String(index + 1));
  if (options.mapping !== undefined && Object.keys(options.mapping).length > 0) {
    const fields = mappedFields(options.mapping, names);
    return { hasHeader, width, columns: columnsOf(fields, names, samples, options, true) };
  }
  const named = hasHeader ? indexesOf(inferFields(first), first) : new Map<CanonicalField, number>();
  if (!OBSERVABLE_FIELDS.some((field) => named.has(field))) addByShape(named, samples, width);
  if (!OBSERVABLE_FIELDS.some((field) => named.has(field))) return null;
  return { hasHeader, width, columns: columnsOf(named, names, samples, options, false) };
}

/** A header has no cell that looks like an indicator or a date, and words in most cells. */
function isHeader(record: readonly string[]): boolean {
  let words = 0;
  for (const cell of record) {
    const text = cell.trim();
    if (shapeOf(text) !== null || parseDate(text) !== null) return false;
    if (/\p{L}/u.test(text)) words++;
  }
  return words > 0 && words * 2 >= namedWidth(record);
}

/** Columns without a name at the end of the header are no columns. */
function namedWidth(header: readonly string[]): number {
  return header.findLastIndex((name) => name.trim().length > 0) + 1;
}

function commonWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

function indexesOf(fields: ReadonlyMap<CanonicalField, string>, names: readonly string[]) {
  return new Map([...fields].map(([field, name]) => [field, names.indexOf(name)] as const));
}

function mappedFields(mapping: Readonly<Record<string, string>>, names: readonly string[]) {
  const fields = new Map<CanonicalField, number>();
  const folded = names.map(foldName);
  for (const [field, name] of Object.entries(mapping)) {
    if (!isCanonicalField(field))
      throw new UnreadablePart("broken", `The mapping names a field "${field}" that does not exist.`);
    const exact = names.indexOf(name);
    const index = exact === -1 ? folded.indexOf(foldName(name)) : exact;
    if (index === -1) {
      const there = names
        .map((column) => `"${column}"`)
        .join(", ")
        .slice(0, 500);
      throw new UnreadablePart("broken", `The mapping names a column "${name}"; the file has ${there}.`);
    }
    fields.set(field, index);
  }
  if (!OBSERVABLE_FIELDS.some((field) => fields.has(field))) {
    throw new UnreadablePart("broken", 'The mapping names no column of indicators; map at least "value".');
  }
  return fields;
}

/** Which field a column without a name may be, from what stands in most of its cells. */
function addByShape(
  fields: Map<CanonicalField, number>,
  samples: readonly (readonly string[])[],
  width: number,
) {
  for (let index = 0; index < width; index++) {
    const cells = samples.map((record) => cellText(record[index])).filter((cell) => cell.length > 0);
    if (cells.length === 0) continue;
    const field = fieldOfCells(cells);
    if (field === null) continue;
    if (!fields.has(field)) fields.set(field, index);
    else if (field === "value" && cells.every((cell) => cell.includes("://")) && !fields.has("reference")) {
      fields.set("reference", index); // the second address of a row says where it was read
    }
  }
}

function fieldOfCells(cells: readonly string[]): CanonicalField | null {
  const shapes = cells.map(shapeOf);
  const share = (count: number) => count / cells.length;
  const hashes = shapes.filter((shape) => shape === "hash").length;
  if (share(hashes) >= 0.6) return "hash";
  if (share(shapes.filter(isPlace).length) >= 0.6) return "value";
  if (share(cells.filter((cell) => parseDate(cell) !== null).length) >= 0.8) return "seen";
  if (share(cells.filter((cell) => statusOf(cell) !== undefined && !/^\d$/.test(cell)).length) >= 0.8)
    return "status";
  if (share(cells.filter((cell) => threatRoleOf(cell) !== undefined).length) >= 0.8) return "role";
  return null;
}

function isPlace(shape: Shape | null): boolean {
  return shape !== null && shape !== "hash";
}

const RANKS: Partial<Record<ObservableField, 1 | 2 | 3>> = { ip: 1, domain: 2, url: 3 };

const TYPES: Partial<Record<ObservableField, ObservableColumn["type"]>> = {
  md5: "file-md5",
  sha1: "file-sha1",
  sha256: "file-sha256",
  sha512: "file-sha512",
  email: "email-addr",
  phone: "phone-number",
  iban: "iban",
  wallet: "crypto-wallet",
};

const HASHES: ReadonlySet<ObservableField> = new Set(["md5", "sha1", "sha256", "sha512", "hash"]);

function columnsOf(
  fields: ReadonlyMap<CanonicalField, number>,
  names: readonly string[],
  samples: readonly (readonly string[])[],
  options: ReadOptions,
  mapped: boolean,
): ClaimColumns {
  const filled = OBSERVABLE_FIELDS.filter((field) => fields.has(field));
  const observables = filled.map((field): ObservableColumn => {
    const index = fields.get(field) ?? 0;
    const isSample = HASHES.has(field) && filled.some((other) => !HASHES.has(other));
    return {
      index,
      type: TYPES[field],
      role: roleOfName(names[index] ?? ""),
      ownRole: isSample ? "malware" : undefined,
      rank: mapped ? 0 : (RANKS[field] ?? 0),
    };
  });
  const date = (field: CanonicalField): DateColumn | undefined => {
    const index = fields.get(field);
    if (index === undefined) return undefined;
    const order = dayOrderOf(
      names[index] ?? "",
      samples.map((record) => record[index] ?? ""),
    );
    return { index, hints: { order, timeZone: options.timeZone } };
  };
  return {
    observables,
    role: roleColumns(fields, names, mapped),
    family: listOf(fields.get("family")),
    firstSeen: date("firstSeen"),
    lastSeen: date("lastSeen"),
    seen: date("seen"),
    validUntil: date("validUntil"),
    status: fields.get("status"),
    port: fields.get("port"),
    country: fields.get("country"),
    confidence: fields.get("confidence"),
    target: fields.get("target"),
    tlp: fields.get("tlp"),
    reference: fields.get("reference"),
  };
}

/** A file may have an empty "threat type" beside a filled "type": both are asked, the better name first. */
function roleColumns(fields: ReadonlyMap<CanonicalField, number>, names: readonly string[], mapped: boolean) {
  const best = fields.get("role");
  if (best === undefined) return undefined;
  if (mapped) return [best];
  const others = names.flatMap((name, index) =>
    index !== best && ALSO_ROLE.has(foldName(name)) ? [index] : [],
  );
  return [best, ...others.filter((index) => ![...fields.values()].includes(index))];
}

function listOf(index: number | undefined): readonly number[] | undefined {
  return index === undefined ? undefined : [index];
}

const ALSO_ROLE = new Set(["type", "category", "classification", "threat", "tipo", "categorie", "categoria"]);

/** "C2", "phishing URL", "compromised site": the column says what its values do. */
function roleOfName(name: string): ThreatRole | undefined {
  const role = threatRoleOf(name);
  return role === "victim" ? undefined : role;
}

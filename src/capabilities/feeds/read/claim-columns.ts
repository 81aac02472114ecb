import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import type { Claim, RowSink } from "../format.ts";
import {
  cellText,
  confidenceOf,
  countryOf,
  createListMemo,
  portAfterColon,
  portOf,
  tlpMarking,
} from "./cells.ts";
import { type DateHints, parseDate } from "./dates.ts";
import { statusOf, threatRoleOf } from "./words.ts";

/** Where a table keeps what a claim needs: indexes of columns. Absent fields stay away. */
export interface ClaimColumns {
  /** Columns that hold observables, in the order in which they are claimed. */
  readonly observables: readonly ObservableColumn[];
  /** The first of these whose word is known decides the role. */
  readonly role?: readonly number[] | undefined;
  /** The first of these that is filled names the family. */
  readonly family?: readonly number[] | undefined;
  readonly firstSeen?: DateColumn | undefined;
  readonly lastSeen?: DateColumn | undefined;
  /** A date that is both the first and the last observation when those say nothing. */
  readonly seen?: DateColumn | undefined;
  readonly validUntil?: DateColumn | undefined;
  readonly status?: number | undefined;
  readonly port?: number | undefined;
  readonly country?: number | undefined;
  readonly confidence?: number | undefined;
  readonly target?: number | undefined;
  readonly tlp?: number | undefined;
  readonly reference?: number | undefined;
  /** The origin of rows that name none: a tracker's export has the tracker as origin, through however many partners. */
  readonly origin?: string | undefined;
}

export interface ObservableColumn {
  readonly index: number;
  readonly type?: ObservableType | undefined;
  /** The role of what this column holds where the row does not say (a column called "C2"). */
  readonly role?: ThreatRole | undefined;
  /** The role of this column's values whatever the row says (the sample beside its C2 server). */
  readonly ownRole?: ThreatRole | undefined;
  /**
   * Rank among columns that name one place in several ways: address 1, host name 2, URL 3 (see `leastRank`); 0 is
   * always claimed.
   */
  readonly rank: 0 | 1 | 2 | 3;
}

export interface DateColumn {
  readonly index: number;
  readonly hints: DateHints;
}

/**
 * Makes a function that turns one record into claims, or refuses it as `empty` when no observable column is filled.
 * Text fields are taken as written; fields that cannot be read (a port "any", a date "never") are left out.
 */
export function createClaimer(columns: ClaimColumns, sink: RowSink) {
  const familiesOf = createListMemo();
  const markingsOf = createListMemo(tlpMarking);
  const { observables } = columns;
  const single = observables.length === 1 ? observables[0] : undefined;

  return (fields: readonly string[], row: number): void => {
    const role = roleSaid(columns.role, fields);
    const least = single === undefined ? leastRank(observables, fields, role) : 0;
    let said: Omit<Claim, "value" | "type" | "role"> | null = null;
    for (const column of observables) {
      if (column.rank !== 0 && column.rank < least) continue;
      const value = cellText(fields[column.index]);
      if (value.length === 0) continue;
      said ??= rowSays(fields, row);
      sink.claim({
        row,
        value,
        type: column.type,
        role: column.ownRole ?? role ?? column.role,
        families: said.families,
        firstSeen: said.firstSeen,
        lastSeen: said.lastSeen,
        validUntil: said.validUntil,
        status: said.status,
        port: said.port ?? portAfterColon(value),
        country: said.country,
        confidence: said.confidence,
        target: said.target,
        markings: said.markings,
        reference: said.reference,
      });
    }
    if (said === null) {
      sink.refuse({ row, code: "empty", reason: EMPTY_REASON, raw: fields.join(",").slice(0, 4096) });
    }
  };

  function rowSays(fields: readonly string[], row: number): Omit<Claim, "value" | "type" | "role"> {
    const seen = dateAt(columns.seen, fields);
    return {
      row,
      families: columns.family === undefined ? undefined : familiesOf(firstFilled(columns.family, fields)),
      firstSeen: dateAt(columns.firstSeen, fields) ?? seen,
      lastSeen: dateAt(columns.lastSeen, fields) ?? seen,
      validUntil: dateAt(columns.validUntil, fields),
      status: columns.status === undefined ? undefined : statusOf(cellText(fields[columns.status])),
      port: columns.port === undefined ? undefined : portOf(cellText(fields[columns.port])),
      country: columns.country === undefined ? undefined : countryOf(cellText(fields[columns.country])),
      confidence:
        columns.confidence === undefined ? undefined : confidenceOf(cellText(fields[columns.confidence])),
      target: columns.target === undefined ? undefined : cellText(fields[columns.target]) || undefined,
      markings: columns.tlp === undefined ? undefined : markingsOf(cellText(fields[columns.tlp])),
      reference:
        columns.reference === undefined
          ? columns.origin
          : cellText(fields[columns.reference]) || columns.origin,
    };
  }
}

const EMPTY_REASON = "No indicator in this row. Fill the column that holds it, or leave the row out.";

/**
 * The lowest rank that a row claims. A C2 server is its address, its name and its URL alike. The address beside a
 * phishing page, or a compromised site, is the host of many innocent sites: only the most exact column is claimed.
 * Where the row names no role, a URL stands for its host, and a name and an address are two observables.
 */
function leastRank(
  observables: readonly ObservableColumn[],
  fields: readonly string[],
  role: ThreatRole | undefined,
): number {
  if (role === "c2") return 0;
  let highest = 0;
  for (const column of observables) {
    if (column.rank > highest && cellText(fields[column.index]).length > 0) highest = column.rank;
  }
  return highest === 3 || (role !== undefined && HOSTED.has(role)) ? highest : 0;
}

/** Roles of pages and files that live on somebody's server, not of the server itself. */
const HOSTED: ReadonlySet<ThreatRole> = new Set(["phishing", "scam", "compromised", "malware-distribution"]);

function roleSaid(indexes: readonly number[] | undefined, fields: readonly string[]): ThreatRole | undefined {
  if (indexes === undefined) return undefined;
  for (const index of indexes) {
    const text = fields[index];
    const role = text === undefined || text.length === 0 ? undefined : threatRoleOf(text);
    if (role !== undefined) return role;
  }
  return undefined;
}

function firstFilled(indexes: readonly number[], fields: readonly string[]): string {
  for (const index of indexes) {
    const text = cellText(fields[index]);
    if (text.length > 0) return text;
  }
  return "";
}

function dateAt(column: DateColumn | undefined, fields: readonly string[]): number | undefined {
  if (column === undefined) return undefined;
  const text = fields[column.index];
  if (text === undefined || text.length < 6) return undefined;
  return parseDate(text, column.hints) ?? undefined;
}

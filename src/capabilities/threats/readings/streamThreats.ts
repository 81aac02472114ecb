import { hash } from "node:crypto";
import type pg from "pg";
import { listAudiences, listSources, type Source } from "#capabilities/feeds/index.ts";
import {
  decideReading,
  type Handling,
  listHandlings,
  type Operation,
  type Reader,
} from "#capabilities/operations/index.ts";
import { roleOfNumber, typeOfNumber } from "../model/codes.ts";
import type { KnownThreat, StatedAssertion } from "../model/known-threat.ts";
import { listMergedRows, openThreatCursor, type ThreatRow } from "../queries.ts";

/** Everything a reader's view of one operation depends on, read once. */
export interface ReadingScope {
  readonly operation: Operation;
  readonly reader: Reader;
  readonly asOf: number;
  /** Of each audience number that the reader belongs to: whose words they are and under which handling. */
  readonly audiences: ReadonlyMap<number, { readonly source: Source; readonly handling: Handling }>;
}

/** @param asOf instant of the view, milliseconds since the epoch, UTC */
export async function openReadingScope(
  db: pg.ClientBase | pg.Pool,
  operation: Operation,
  reader: Reader,
  asOf: number,
): Promise<ReadingScope> {
  const sources = new Map((await listSources(db, operation.id)).map((source) => [source.id, source]));
  const handlings = await listHandlings(db);
  const onDay = new Date(asOf).toISOString().slice(0, 10);
  const audiences = new Map<number, { source: Source; handling: Handling }>();
  for (const audience of await listAudiences(db, operation.id)) {
    const source = sources.get(audience.source);
    const handling = handlings.get(audience.handling);
    if (source === undefined || handling === undefined) continue;
    const originator = { source: source.externalId, kind: source.kind, country: source.country };
    const { clearedTo } = audience;
    if (decideReading(reader, originator, handling, operation.countries, onDay, clearedTo).may) {
      audiences.set(audience.id, { source, handling });
    }
  }
  return { operation, reader, asOf, audiences };
}

/** Narrows a stream to what one country can be responsible for, by the public tables or a person's decision. */
export interface CountryFilter {
  readonly country: string;
  /** Ids that a person decided on, whatever the tables say. */
  readonly alsoThreats: readonly string[];
}

/**
 * Every threat of the operation that the reader may know, each with the assertions he may see and no others, in the
 * order of their ids. A threat that was merged into one he may know is part of that one; merged into one he may not
 * know it stands for itself, because he must not learn of the other. Memory stays flat; the caller must read to the
 * end or return the iterator. Inside a transaction only, because it uses a cursor.
 */
export async function* streamThreats(
  db: pg.ClientBase,
  scope: ReadingScope,
  only: CountryFilter | null = null,
): AsyncGenerator<KnownThreat> {
  const audienceIds = [...scope.audiences.keys()];
  const { operation, asOf } = scope;
  const merged = Map.groupBy(await listMergedRows(db, operation.id, audienceIds, asOf), (row) => row.keptId);
  let group: ThreatRow[] = [];
  for await (const rows of openThreatCursor(db, operation.id, audienceIds, asOf, only)) {
    for (const row of rows) {
      if (group[0] !== undefined && group[0].id !== row.id) {
        yield* knownThreat(group, merged, scope);
        group = [];
      }
      group.push(row);
    }
  }
  if (group.length > 0) yield* knownThreat(group, merged, scope);
}

function* knownThreat(
  group: readonly ThreatRow[],
  merged: ReadonlyMap<string, readonly ThreatRow[]>,
  scope: ReadingScope,
): Generator<KnownThreat> {
  const first = group[0];
  if (first === undefined) return;
  const joined = merged.get(first.id) ?? [];
  const assertions = group.flatMap((row) => assertionOf(row, scope));
  if (assertions.length === 0) return;
  yield {
    id: first.id,
    type: typeOfNumber(first.type),
    role: roleOfNumber(first.role),
    value: first.value,
    host: first.host,
    assertions: [...assertions, ...joined.flatMap((row) => assertionOf(row, scope))],
  };
}

/** Empty when the statement was not there yet at the scope's instant. */
function assertionOf(row: ThreatRow, scope: ReadingScope): StatedAssertion[] {
  if (row.firstSeen !== null && row.firstSeen > scope.asOf) return [];
  return statedAssertion(row, scope.audiences);
}

/** The row with whose words they are; empty when that is nobody the reader may hear. */
export function statedAssertion(row: ThreatRow, audiences: ReadingScope["audiences"]): StatedAssertion[] {
  const audience = audiences.get(row.audience);
  if (audience === undefined) return [];
  return [
    {
      source: audience.source,
      handling: audience.handling,
      content: row.content,
      delivery: row.delivery,
      part: row.part,
      row: row.row,
      isPositive: row.status === 1,
      port: row.port,
      confidence: row.confidence,
      country: row.country,
      firstSeen: row.firstSeen,
      lastSeen: row.lastSeen,
      validUntil: row.validUntil,
      raw: row.raw,
      families: row.families ?? [],
      target: row.target,
      reference: row.reference,
    },
  ];
}

/** Collects what a figure rests on; equal inputs give an equal hash whatever instance computed it (C-23). */
export function hashInputs(
  rules: string,
  asOf: number,
): { add(threat: KnownThreat): void; digest(): string } {
  let state = hash("sha256", `${rules}\n${asOf}`);
  return {
    add(threat) {
      state = hash(
        "sha256",
        `${state}${threat.id}${threat.assertions.map(({ content }) => content).join(",")}`,
      );
    },
    digest: () => state,
  };
}

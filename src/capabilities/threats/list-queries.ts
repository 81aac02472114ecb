import type pg from "pg";
import { ASSERTION, type ThreatRow } from "./queries.ts";

/** What threats are counted and listed by, as numbers of the database; null = any. An empty country: none known. */
export interface CountedBy {
  readonly role: number | null;
  readonly type: number | null;
  readonly country: string | null;
}

export interface ThreatCount {
  readonly role: number;
  readonly type: number;
  readonly country: string;
  readonly threats: number;
}

const isCountedBy = (table: string, country: string) =>
  `${table}.operation = $1::smallint and ($2::smallint is null or ${table}.role = $2)
   and ($3::smallint is null or ${table}.type = $3) and ($4::text is null or ${country} = $4)`;

/** A threat that was merged into one that the reader may know: counted and shown as part of that one. */
const IS_PART = `threat.merged_into is not null
  and exists (select from threats.threat kept where kept.id = threat.merged_into)`;

/** Exact counts of the threats that the reader may see, from the counters of the audience sets he may see. */
export async function listThreatCounts(
  db: pg.ClientBase,
  operation: number,
  { role, type, country }: CountedBy,
): Promise<ThreatCount[]> {
  const found = await db.query<ThreatCount>(
    `/* threats.listThreatCounts */
     select role, type, country, sum(threats)::float8 as threats from (
       select role, type, country, threats from threats.counter where ${isCountedBy("counter", "counter.country")}
       union all
       select role, type, coalesce(country, ''), -1 from threats.threat
        where ${isCountedBy("threat", "coalesce(threat.country, '')")} and ${IS_PART}
     ) counted group by role, type, country having sum(threats) > 0`,
    [operation, role, type, country],
  );
  return found.rows;
}

/**
 * Whether the reader may see more threats than this. Every counter that is not zero counts one at least, so no more than
 * that many need to be read.
 */
export async function hasMoreThreatsThan(
  db: pg.ClientBase,
  operation: number,
  { role, type, country }: CountedBy,
  threats: number,
): Promise<boolean> {
  const found = await db.query<{ more: boolean }>(
    `/* threats.hasMoreThreatsThan */
     select coalesce(sum(threats), 0) > $5::integer as more from (
       select threats from threats.counter where ${isCountedBy("counter", "counter.country")} and threats > 0 limit $5 + 1) counted`,
    [operation, role, type, country, threats],
  );
  return found.rows[0]?.more === true;
}

/** What a page of a list is asked by. `flags`: bits that must be set or not, of `THREAT_FLAGS`. */
export interface PageRequest extends CountedBy {
  readonly flagsSet: number;
  readonly flagsClear: number;
  /** Only ids behind this one. */
  readonly after: string;
  readonly limit: number;
}

/** A threat's own row, which tells nothing of what was said about it. */
export interface ListedThreat {
  readonly id: string;
  readonly type: number;
  readonly role: number;
  readonly value: string;
  readonly host: string | null;
  readonly country: string | null;
  readonly flags: number;
}

const LISTED = "threat.id, threat.type, threat.role, threat.value, threat.host, threat.country, threat.flags";

/** $5 and $6: flags that must be set and that must not. */
const IS_SHOWN = `threat.flags & $5::smallint = $5 and threat.flags & $6::smallint = 0 and not (${IS_PART})`;

/**
 * A page in the order of ids, from the listing: for filters that few threats match (the counters tell), because all their
 * ids are gathered and sorted. Each threat is fetched by its key in a subquery of its own: as a join the planner reads
 * the whole table for a hash.
 */
export async function listFromListing(
  db: pg.ClientBase,
  operation: number,
  page: PageRequest,
): Promise<ListedThreat[]> {
  const found = await db.query<ListedThreat>(
    `/* threats.listFromListing */
     select shown.* from (
       select distinct listed.id from threats.listing, unnest(listing.threats) as listed (id)
        where ${isCountedBy("listing", "listing.country")} and listed.id > $7::uuid order by listed.id
     ) candidate cross join lateral (
       select ${LISTED} from threats.threat where threat.id = candidate.id and ${IS_SHOWN} offset 0
     ) shown order by candidate.id limit $8`,
    valuesOf(operation, page),
  );
  return found.rows;
}

/** A page in the order of ids, from the primary key: for filters that many threats match. Inside a transaction only. */
export async function listInOrder(
  db: pg.ClientBase,
  operation: number,
  page: PageRequest,
): Promise<ListedThreat[]> {
  // Else the planner may sort a million rows for the first fifty.
  await db.query("/* threats.listInOrder first */ set local enable_sort = off");
  const found = await db.query<ListedThreat>(
    `/* threats.listInOrder */
     select ${LISTED} from threats.threat
      where ${isCountedBy("threat", "coalesce(threat.country, '')")} and threat.id > $7::uuid and ${IS_SHOWN}
      order by threat.id limit $8`,
    valuesOf(operation, page),
  );
  // What follows in this transaction is sorted as usual, or its plans walk the whole table to avoid it.
  await db.query("/* threats.listInOrder again */ set local enable_sort = on");
  return found.rows;
}

function valuesOf(operation: number, page: PageRequest): unknown[] {
  const { role, type, country, flagsSet, flagsClear, after, limit } = page;
  return [operation, role, type, country, flagsSet, flagsClear, after, limit];
}

/** Threats of these ids that the reader may see, in the order of ids. */
export async function listThreatsById(
  db: pg.ClientBase,
  operation: number,
  ids: readonly string[],
): Promise<ListedThreat[]> {
  const found = await db.query<ListedThreat>(
    `/* threats.listThreatsById */
     select ${LISTED} from threats.threat where threat.operation = $1::smallint and threat.id = any($2::uuid[]) order by threat.id`,
    [operation, ids],
  );
  return found.rows;
}

/** A threat that stands for another. */
export interface MergedThreat extends ListedThreat {
  readonly kept: string;
}

/** Threats that were merged into these and that the reader may see. */
export async function listParts(
  db: pg.ClientBase,
  operation: number,
  kept: readonly string[],
): Promise<MergedThreat[]> {
  const found = await db.query<MergedThreat>(
    `/* threats.listParts */
     select ${LISTED}, threat.merged_into as kept from threats.threat
      where threat.operation = $1::smallint and threat.merged_into is not null and threat.merged_into = any($2::uuid[])
      order by threat.id`,
    [operation, kept],
  );
  return found.rows;
}

/** Where threats stand now: the id of the one they were merged into, when the reader may see that one, else their own. */
export async function listKeptIds(
  db: pg.ClientBase,
  operation: number,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly kept: string }[]> {
  const found = await db.query<{ id: string; kept: string }>(
    `/* threats.listKeptIds */
     select threat.id, coalesce((select kept.id from threats.threat kept where kept.id = threat.merged_into), threat.id) as kept
       from threats.threat where threat.operation = $1::smallint and threat.id = any($2::uuid[])`,
    [operation, ids],
  );
  return found.rows;
}

/** What was said of these threats and the reader may see, in the order of (threat, content). */
export async function listRowsOfThreats(db: pg.ClientBase, ids: readonly string[]): Promise<ThreatRow[]> {
  const found = await db.query<ThreatRow>(
    `/* threats.listRowsOfThreats */
     select threat.id, threat.type, threat.role, threat.value, threat.host, said.*
       from threats.threat cross join lateral (
         select ${ASSERTION} from threats.assertion where assertion.threat = threat.id offset 0) said
      where threat.id = any($1::uuid[]) order by threat.id, said.content::bigint`,
    [ids],
  );
  return found.rows;
}

/** Why threats were merged into this one, by id of the merged; only the desk may read it. */
export async function listMergeReasons(
  db: pg.ClientBase,
  kept: string,
): Promise<{ readonly merged: string; readonly reason: string; readonly mergedAt: Date }[]> {
  const found = await db.query<{ merged: string; reason: string; mergedAt: Date }>(
    `/* threats.listMergeReasons */
     select merged, reason, merged_at as "mergedAt" from threats.merge where kept = $1 and undone_at is null order by merged`,
    [kept],
  );
  return found.rows;
}

/** Names, for outside, of the deliveries among these that the reader may see. */
export async function listDeliveryNames(
  db: pg.ClientBase,
  deliveries: readonly number[],
): Promise<{ readonly id: number; readonly publicId: string }[]> {
  const found = await db.query<{ id: number; publicId: string }>(
    `/* threats.listDeliveryNames */ select id, public_id as "publicId" from feeds.delivery where id = any($1::integer[])`,
    [deliveries],
  );
  return found.rows;
}

import type pg from "pg";

type Db = pg.ClientBase | pg.Pool;

/** Countries that the public tables hold responsible for at least one threat, in alphabetical order. From the counters, so at once. */
export async function listThreatCountries(db: Db, operation: number): Promise<string[]> {
  const found = await db.query<{ country: string }>(
    `/* threats.listThreatCountries */
     select country from threats.counter where operation = $1 and country <> ''
      group by country having sum(threats) > 0 order by country`,
    [operation],
  );
  return found.rows.map(({ country }) => country);
}

/** Class number of our advisory locks: one intake per operation at a time, so that `sequence` grows in commit order. */
const INTAKE_LOCK = 1;

/** Holds the operation's intake for this transaction. */
export async function lockIntake(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query("/* threats.lockIntake */ select pg_advisory_xact_lock($1, $2)", [INTAKE_LOCK, operation]);
}

/** The set of `set`'s audiences and these; makes one when it is new. */
export async function internAudienceSet(
  db: pg.ClientBase,
  set: number | null,
  audiences: readonly number[],
): Promise<number> {
  const union = `select array(select distinct audience from (
      select unnest(audiences) as audience from threats.audience_set where id = $1::integer
      union all select unnest($2::integer[])) joined order by audience)`;
  await db.query(
    `/* threats.internAudienceSet insert */ insert into threats.audience_set (audiences) ${union} on conflict do nothing`,
    [set, audiences],
  );
  const found = await db.query<{ id: number }>(
    `/* threats.internAudienceSet find */ select id from threats.audience_set where audiences = (${union})`,
    [set, audiences],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("threats.internAudienceSet found no row after inserting one");
  return row.id;
}

/** Takes `count` numbers of the commit sequence and returns the first. Only under the intake lock. */
export async function takeSequence(db: pg.ClientBase, count: number): Promise<bigint> {
  const taken = await db.query<{ first: string }>(
    `/* threats.takeSequence */
     select setval('threats.commit_sequence', nextval('threats.commit_sequence') + $1 - 1, true) - $1 + 1 as first`,
    [count],
  );
  return BigInt(taken.rows[0]?.first ?? 1);
}

/**
 * Which of the threats exist, and in which audience set: places in `ids`, counted from 0, of each set met.
 * The look-up is a subquery per key on purpose: as a join the planner reads the whole table for a hash, a cost that
 * grows with the table and not with the batch (measured: twice as slow at half a million rows already).
 * @param ids binary uuid[]
 */
export async function findThreats(db: pg.ClientBase, ids: Buffer): Promise<ThreatsOfSet[]> {
  const found = await db.query<{ audienceSet: number; places: Buffer }>(
    `/* threats.findThreats */
     with probed as materialized (
       select probe.place, (select audience_set from threats.threat where threat.id = probe.id) as audience_set
         from unnest($1::uuid[]) with ordinality as probe (id, place)
     )
     select audience_set as "audienceSet", string_agg(int4send(place::integer - 1), '') as places
       from probed where audience_set is not null group by audience_set`,
    [ids],
  );
  return found.rows.map(({ audienceSet, places }) => ({ audienceSet, places: readPlaces(places) }));
}

export interface ThreatsOfSet {
  readonly audienceSet: number;
  readonly places: Uint32Array;
}

/**
 * Places, counted from 0, of the assertions that do not exist yet.
 * @param threats binary uuid[]
 * @param contents binary int8[] of the same length
 */
export async function findMissingAssertions(
  db: pg.ClientBase,
  threats: Buffer,
  contents: Buffer,
): Promise<Uint32Array> {
  const found = await db.query<{ places: Buffer | null }>(
    `/* threats.findMissingAssertions */
     select string_agg(int4send(probe.place::integer - 1), '') as places
       from unnest($1::uuid[], $2::bigint[]) with ordinality as probe (threat, content, place)
      where (select true from threats.assertion
              where assertion.threat = probe.threat and assertion.content = probe.content) is null`,
    [threats, contents],
  );
  return readPlaces(found.rows[0]?.places ?? Buffer.alloc(0));
}

/** Numbers of 4 bytes each: a row of text for each would cost more than the look-up itself. */
function readPlaces(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32BE(at * 4));
}

/**
 * Gives existing threats a larger audience set, moves them in the counters and lists them under it. The arrays stand in subqueries so that
 * the planner does not see how long they are: it would read the whole table for a hash join.
 * @param ids binary uuid[], `sets` their new sets
 */
export async function updateAudienceSets(
  db: pg.ClientBase,
  ids: Buffer,
  sets: readonly number[],
): Promise<void> {
  await db.query(
    `/* threats.updateAudienceSets */
     with before as materialized (
       select threat.id, threat.operation, threat.role, threat.type, coalesce(threat.country, '') as country,
              threat.audience_set as old_set, change.audience_set as new_set
         from unnest((select $1::uuid[]), (select $2::integer[])) as change (id, audience_set)
         join threats.threat on threat.id = change.id
     ), moved as (
       update threats.threat set audience_set = before.new_set from before where threat.id = before.id
     ), listed as (
       insert into threats.listing (operation, role, type, country, audience_set, threats)
       select operation, role, type, country, new_set, array_agg(id order by id)
         from before group by operation, role, type, country, new_set
     )
     insert into threats.counter (operation, role, type, country, audience_set, threats)
     select operation, role, type, country, audience_set, sum(n)
       from (select operation, role, type, country, old_set as audience_set, -1 as n from before
             union all select operation, role, type, country, new_set, 1 from before) steps
      group by operation, role, type, country, audience_set
     on conflict (operation, role, type, country, audience_set)
     do update set threats = counter.threats + excluded.threats`,
    [ids, sets],
  );
}

/** New threats of one role, type, country and audience set. */
export interface ThreatGroup {
  readonly role: number;
  readonly type: number;
  readonly country: string;
  readonly audienceSet: number;
  readonly threats: number;
}

/**
 * Counts new threats and lists them.
 * @param ids binary uuid[] of all of them, those of the first group first
 */
export async function insertListings(
  db: pg.ClientBase,
  operation: number,
  groups: readonly ThreatGroup[],
  ids: Buffer,
): Promise<void> {
  await db.query(
    `/* threats.insertListings */
     with stretch as materialized (
       select role, type, country, audience_set, threats, sum(threats) over (order by place) as last
         from unnest($2::smallint[], $3::smallint[], $4::text[], $5::integer[], $6::integer[])
              with ordinality as stretch (role, type, country, audience_set, threats, place)
     ), counted as (
       insert into threats.counter (operation, role, type, country, audience_set, threats)
       select $1, role, type, country, audience_set, threats from stretch
       on conflict (operation, role, type, country, audience_set)
       do update set threats = counter.threats + excluded.threats
     )
     insert into threats.listing (operation, role, type, country, audience_set, threats)
     select $1, role, type, country, audience_set, ($7::uuid[])[last - threats + 1 : last] from stretch`,
    [
      operation,
      groups.map((group) => group.role),
      groups.map((group) => group.type),
      groups.map((group) => group.country),
      groups.map((group) => group.audienceSet),
      groups.map((group) => group.threats),
      ids,
    ],
  );
}

/** One assertion with the threat it speaks of. Instants in milliseconds since the epoch. */
export interface ThreatRow {
  readonly id: string;
  readonly type: number;
  readonly role: number;
  readonly value: string;
  readonly host: string | null;
  readonly audience: number;
  readonly content: string;
  readonly delivery: number;
  readonly part: number;
  readonly row: number;
  readonly status: number;
  readonly port: number | null;
  readonly confidence: number | null;
  readonly country: string | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly validUntil: number | null;
  readonly raw: string | null;
  readonly families: string[] | null;
  readonly target: string | null;
  readonly reference: string | null;
}

/** Columns of an assertion as `ThreatRow` has them. */
export const ASSERTION = `assertion.audience, assertion.content::text, assertion.delivery, assertion.part, assertion.row,
  assertion.status, assertion.port, assertion.confidence, assertion.country,
  (extract(epoch from assertion.first_seen) * 1000)::float8 as "firstSeen",
  (extract(epoch from assertion.last_seen) * 1000)::float8 as "lastSeen",
  (extract(epoch from assertion.valid_until) * 1000)::float8 as "validUntil",
  assertion.raw, assertion.families, assertion.target, assertion.reference`;

const ROWS_PER_FETCH = 20_000;

/** Whether the reader may know the threat that another was merged into; $2 are his audiences. */
const keptIsVisible = (asOf: string) => `exists (select from threats.assertion kept
  where kept.threat = threat.merged_into and kept.audience = any($2::integer[])
    and (kept.first_seen is null or kept.first_seen <= to_timestamp(${asOf}::float8 / 1000)))`;

/**
 * Threats with their visible assertions, in the order of (id, content), without those that were merged into one that
 * the reader may know.
 */
export async function* openThreatCursor(
  db: pg.ClientBase,
  operation: number,
  audiences: readonly number[],
  asOf: number,
  only: { readonly country: string; readonly alsoThreats: readonly string[] } | null,
): AsyncGenerator<readonly ThreatRow[]> {
  // The planner must not sort a million wide rows on disk: the primary keys give the order.
  await db.query("/* threats.openThreatCursor */ set local enable_sort = off");
  await db.query(
    `/* threats.openThreatCursor */ declare threat_rows no scroll cursor for
     select threat.id, threat.type, threat.role, threat.value, threat.host, ${ASSERTION}
       from threats.threat join threats.assertion on assertion.threat = threat.id
      where threat.operation = $1 and assertion.audience = any($2::integer[])
        and (threat.merged_into is null or not ${keptIsVisible("$5")})
        and ($3::text is null or threat.country = $3 or threat.country is null or threat.id = any($4::uuid[]))
      order by threat.id, assertion.content`,
    [operation, audiences, only?.country ?? null, only?.alsoThreats ?? [], asOf],
  );
  try {
    for (;;) {
      const rows = await db.query<ThreatRow>(
        `/* threats.fetchThreats */ fetch ${ROWS_PER_FETCH} from threat_rows`,
      );
      if (rows.rows.length === 0) return;
      yield rows.rows;
    }
  } finally {
    await db.query("/* threats.closeThreatCursor */ close threat_rows").catch(() => undefined); // the transaction may be broken
  }
}

/** Visible assertions of threats merged into another that is visible, each with the id of that one. They are few. */
export async function listMergedRows(
  db: Db,
  operation: number,
  audiences: readonly number[],
  asOf: number,
): Promise<(ThreatRow & { readonly keptId: string })[]> {
  const found = await db.query<ThreatRow & { keptId: string }>(
    `/* threats.listMergedRows */
     select threat.merged_into as "keptId", threat.id, threat.type, threat.role, threat.value, threat.host, ${ASSERTION}
       from threats.threat join threats.assertion on assertion.threat = threat.id
      where threat.operation = $1 and threat.merged_into is not null and assertion.audience = any($2::integer[])
        and ${keptIsVisible("$3")}
      order by threat.id, assertion.content`,
    [operation, audiences, asOf],
  );
  return found.rows;
}

export interface MergeCandidate {
  readonly id: string;
  readonly role: number;
  readonly mergedInto: string | null;
  /** Other threats are part of it. */
  readonly hasParts: boolean;
}

/** Locks the threats, in the order of their ids, so that two merges cannot cross. */
export async function listThreatsForMerge(
  db: pg.ClientBase,
  operation: number,
  ids: readonly string[],
): Promise<MergeCandidate[]> {
  const found = await db.query<MergeCandidate>(
    `/* threats.listThreatsForMerge */
     select id, role, merged_into as "mergedInto",
            exists (select from threats.merge where kept = threat.id and undone_at is null) as "hasParts"
       from threats.threat where operation = $1 and id = any($2::uuid[]) order by id for update`,
    [operation, ids],
  );
  return found.rows;
}

export async function updateMergedInto(
  db: pg.ClientBase,
  merged: string,
  kept: string | null,
): Promise<void> {
  await db.query("/* threats.updateMergedInto */ update threats.threat set merged_into = $2 where id = $1", [
    merged,
    kept,
  ]);
}

export async function insertMerge(
  db: pg.ClientBase,
  merge: {
    readonly operation: number;
    readonly kept: string;
    readonly merged: string;
    readonly reason: string;
    readonly officer: string;
  },
): Promise<string> {
  const inserted = await db.query<{ id: string }>(
    `/* threats.insertMerge */
     insert into threats.merge (operation, kept, merged, reason, merged_by) values ($1, $2, $3, $4, $5)
     returning public_id as id`,
    [merge.operation, merge.kept, merge.merged, merge.reason, merge.officer],
  );
  const id = inserted.rows[0]?.id;
  if (id === undefined) throw new Error("threats.insertMerge returned no row");
  return id;
}

export async function findMergeForUpdate(
  db: pg.ClientBase,
  operation: number,
  publicId: string,
): Promise<{ readonly merged: string; readonly isUndone: boolean } | null> {
  const found = await db.query<{ merged: string; isUndone: boolean }>(
    `/* threats.findMergeForUpdate */
     select merged, undone_at is not null as "isUndone" from threats.merge
      where operation = $1 and public_id = $2 for update`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

export async function updateMergeUndone(db: pg.ClientBase, publicId: string, officer: string): Promise<void> {
  await db.query(
    "/* threats.updateMergeUndone */ update threats.merge set undone_by = $2, undone_at = now() where public_id = $1",
    [publicId, officer],
  );
}

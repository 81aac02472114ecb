import type pg from "pg";

/** An assertion of a batch and whose it is: its place in the batch, counted from 0, and where it stands in its file. */
export interface OwnedPlace {
  readonly place: number;
  readonly delivery: number;
  readonly part: number;
  readonly row: number;
}

/**
 * Which of the assertions are one of these deliveries', as places counted from 0.
 * @param threats binary uuid[]
 * @param contents binary int8[] of the same length
 */
export async function listOwnedPlaces(
  db: pg.ClientBase,
  threats: Buffer,
  contents: Buffer,
  deliveries: readonly number[],
): Promise<OwnedPlace[]> {
  const found = await db.query<OwnedPlace>(
    `/* threats.listOwnedPlaces */
     select probe.place::integer - 1 as place, assertion.delivery, assertion.part, assertion.row
       from unnest((select $1::uuid[]), (select $2::bigint[])) with ordinality as probe (threat, content, place)
       join threats.assertion on assertion.threat = probe.threat and assertion.content = probe.content
      where assertion.delivery = any($3::integer[])`,
    [threats, contents, deliveries],
  );
  return found.rows;
}

/** @param threats binary uuid[], `contents` binary int8[] of the same length */
export async function deleteAssertions(db: pg.ClientBase, threats: Buffer, contents: Buffer): Promise<void> {
  await db.query(
    `/* threats.deleteAssertions */
     delete from threats.assertion
      using unnest((select $1::uuid[]), (select $2::bigint[])) as doomed (threat, content)
      where assertion.threat = doomed.threat and assertion.content = doomed.content`,
    [threats, contents],
  );
}

const THREATS_PER_FETCH = 10_000;

/**
 * Threats that the delivery speaks of, as they are at the beginning, in portions; one may come in two of them. The
 * connection is in a transaction of its own: what others delete meanwhile does not move the cursor.
 */
export async function* openDeliveryThreats(db: pg.ClientBase, delivery: number): AsyncGenerator<string[]> {
  await db.query(
    `/* threats.openDeliveryThreats */ declare delivery_threats no scroll cursor for
     select distinct threat from threats.assertion where delivery = $1`,
    [delivery],
  );
  for (;;) {
    const found = await db.query<{ threat: string }>(
      `/* threats.fetchDeliveryThreats */ fetch ${THREATS_PER_FETCH} from delivery_threats`,
    );
    if (found.rows.length === 0) return;
    yield found.rows.map(({ threat }) => threat);
  }
}

/** A threat that lost assertions: how many, by which audiences they were known, and what it was merged into. */
export interface ThreatThatLost {
  readonly threat: string;
  readonly mergedInto: string | null;
  readonly audiences: readonly number[];
  readonly assertions: number;
}

/** Deletes all that the delivery says of these threats. */
export async function deleteAssertionsOf(
  db: pg.ClientBase,
  delivery: number,
  threats: readonly string[],
): Promise<ThreatThatLost[]> {
  const found = await db.query<ThreatThatLost>(
    `/* threats.deleteAssertionsOf */
     with gone as (
       delete from threats.assertion using unnest((select $2::uuid[])) as doomed (threat)
        where assertion.threat = doomed.threat and assertion.delivery = $1
        returning assertion.threat, assertion.audience
     )
     select gone.threat, threat.merged_into as "mergedInto", array_agg(distinct gone.audience) as audiences,
            count(*)::integer as assertions
       from gone join threats.threat on threat.id = gone.threat group by gone.threat, threat.merged_into`,
    [delivery, threats],
  );
  return found.rows;
}

/** Of these threats, how many each delivery was the first to bring, had the given one never been; only those it brought. */
export async function countHeirs(
  db: pg.ClientBase,
  delivery: number,
  threats: readonly string[],
): Promise<{ readonly delivery: number; readonly threats: number }[]> {
  const found = await db.query<{ delivery: number; threats: number }>(
    `/* threats.countHeirs */
     select first as delivery, count(*)::integer as threats
       from (select (select min(delivery) from threats.assertion where assertion.threat = touched.id) as first
               from unnest((select $2::uuid[])) as touched (id)) heirs
      where first > $1 group by first order by first`,
    [delivery, threats],
  );
  return found.rows;
}

/**
 * Gives threats the audience set of the assertions that are left to them, moves them in the counters and lists them under it; those
 * that nothing supports any more are deleted. Gives the deleted ones.
 */
export async function settleThreats(db: pg.ClientBase, threats: readonly string[]): Promise<string[]> {
  const remaining = `remaining as materialized (
       select touched.id, array(select distinct audience from threats.assertion
                                 where assertion.threat = touched.id order by audience) as audiences
         from unnest((select $1::uuid[])) as touched (id))`;
  await db.query(
    `/* threats.settleThreats sets */
     with ${remaining}
     insert into threats.audience_set (audiences)
     select distinct audiences from remaining where cardinality(audiences) > 0 on conflict do nothing`,
    [threats],
  );
  const gone = await db.query<{ id: string }>(
    `/* threats.settleThreats */
     with ${remaining}, before as materialized (
       select threat.id, threat.operation, threat.role, threat.type, coalesce(threat.country, '') as country,
              threat.audience_set as old_set, audience_set.id as new_set
         from remaining join threats.threat using (id)
         left join threats.audience_set on audience_set.audiences = remaining.audiences
        where audience_set.id is distinct from threat.audience_set
     ), moved as (
       update threats.threat set audience_set = before.new_set from before
        where threat.id = before.id and before.new_set is not null
     ), deleted as (
       delete from threats.threat using before where threat.id = before.id and before.new_set is null
     ), listed as (
       insert into threats.listing (operation, role, type, country, audience_set, threats)
       select operation, role, type, country, new_set, array_agg(id order by id)
         from before where new_set is not null group by operation, role, type, country, new_set
     ), counted as (
       insert into threats.counter (operation, role, type, country, audience_set, threats)
       select operation, role, type, country, audience_set, sum(n)
         from (select operation, role, type, country, old_set as audience_set, -1 as n from before
               union all select operation, role, type, country, new_set, 1 from before where new_set is not null) steps
        group by operation, role, type, country, audience_set
       on conflict (operation, role, type, country, audience_set)
       do update set threats = counter.threats + excluded.threats
     )
     select id from before where new_set is null`,
    [threats],
  );
  return gone.rows.map(({ id }) => id);
}

/** What people did with threats that are gone: merges of and into them, reviews. Gives how many merges and reviews went. */
export async function deleteOfVanished(
  db: pg.ClientBase,
  threats: readonly string[],
): Promise<{ readonly merges: number; readonly reviews: number }> {
  await db.query(
    `/* threats.deleteOfVanished parts */
     update threats.threat set merged_into = null from threats.merge
      where merge.kept = any($1::uuid[]) and merge.undone_at is null and threat.id = merge.merged`,
    [threats],
  );
  const merges = await db.query(
    "/* threats.deleteOfVanished merges */ delete from threats.merge where kept = any($1::uuid[]) or merged = any($1::uuid[])",
    [threats],
  );
  const reviews = await db.query(
    "/* threats.deleteOfVanished reviews */ delete from threats.personal_review where threat = any($1::uuid[])",
    [threats],
  );
  return { merges: merges.rowCount ?? 0, reviews: reviews.rowCount ?? 0 };
}

/** Rows of the listing that may name what these audiences no longer know, by place. */
export async function listListingPlaces(
  db: pg.ClientBase | pg.Pool,
  operation: number,
  audiences: readonly number[],
): Promise<string[]> {
  const found = await db.query<{ place: string }>(
    `/* threats.listListingPlaces */
     select listing.place from threats.listing join threats.audience_set on audience_set.id = listing.audience_set
      where listing.operation = $1 and audience_set.audiences && $2::integer[] order by listing.place`,
    [operation, audiences],
  );
  return found.rows.map(({ place }) => place);
}

/** Takes out of these rows every id that is gone or that is known to fewer audiences than the row is for. */
export async function sweepListing(
  db: pg.ClientBase,
  operation: number,
  places: readonly string[],
): Promise<void> {
  await db.query(
    `/* threats.sweepListing */
     with swept as materialized (
       select listing.place, cardinality(listing.threats) as before, array(
         select threat.id from unnest(listing.threats) as listed (id)
           join threats.threat on threat.id = listed.id and threat.role = listing.role and threat.type = listing.type
            and coalesce(threat.country, '') = listing.country
           join threats.audience_set present on present.id = threat.audience_set
          where past.audiences <@ present.audiences order by threat.id) as threats
         from threats.listing join threats.audience_set past on past.id = listing.audience_set
        where listing.operation = $1 and listing.place = any($2::bigint[])
     ), emptied as (
       delete from threats.listing using swept
        where listing.operation = $1 and listing.place = swept.place and cardinality(swept.threats) = 0
     )
     update threats.listing set threats = swept.threats from swept
      where listing.operation = $1 and listing.place = swept.place and cardinality(swept.threats) between 1 and before - 1`,
    [operation, places],
  );
}

export async function deleteEmptyCounters(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query(
    "/* threats.deleteEmptyCounters */ delete from threats.counter where operation = $1 and threats = 0",
    [operation],
  );
}

/** Threats of the operation by the delivery that brought them first, for all of its deliveries. Reads everything. */
export async function countFirsts(
  db: pg.ClientBase,
  operation: number,
): Promise<{ readonly delivery: number; readonly threats: number }[]> {
  const found = await db.query<{ delivery: number; threats: number }>(
    `/* threats.countFirsts */
     select delivery, count(*)::integer as threats
       from (select min(assertion.delivery) as delivery
               from threats.threat join threats.assertion on assertion.threat = threat.id
              where threat.operation = $1 group by threat.id) firsts
      group by delivery`,
    [operation],
  );
  return found.rows;
}

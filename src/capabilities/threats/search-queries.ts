import type pg from "pg";

/** The searchable texts are cut up by the first five bits of ids. */
export const BUCKETS = 32;

/**
 * Threats whose value holds the text, in the order of their ids, of which at most `limit`. What the reader may not see is
 * left out (by row-level security) before a text is looked at, so neither result nor time depends on it.
 * @param from first bucket, `to` the last
 */
export async function findInValues(
  db: pg.ClientBase,
  operation: number,
  text: string,
  { from, to, limit }: Stretch,
): Promise<string[]> {
  return find(
    db,
    `/* threats.findInValues */
     select distinct line.threat as id from threats.searchable_value searched,
            unnest(searched.threats, string_to_array(searched.lines, e'\\n')) as line (threat, text)
      where searched.operation = $1::smallint and searched.bucket between $2::smallint and $3::smallint
        and strpos(searched.lines, lower($4::text collate "C")) > 0 and strpos(line.text, lower($4 collate "C")) > 0
      order by id limit $5`,
    [operation, from, to, text, limit],
  );
}

/** The same in references that the reader may see. */
export async function findInReferences(
  db: pg.ClientBase,
  operation: number,
  text: string,
  { from, to, limit }: Stretch,
): Promise<string[]> {
  return find(
    db,
    `/* threats.findInReferences */
     select distinct line.threat as id from threats.searchable_reference searched,
            unnest(searched.threats, string_to_array(searched.lines, e'\\n')) as line (threat, text)
      where searched.operation = $1::smallint and searched.bucket between $2::smallint and $3::smallint
        and strpos(searched.lines, lower($4::text collate "C")) > 0 and strpos(line.text, lower($4 collate "C")) > 0
      order by id limit $5`,
    [operation, from, to, text, limit],
  );
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

async function find(db: pg.ClientBase, statement: string, values: unknown[]): Promise<string[]> {
  const found = await db.query<{ id: string }>(statement, values);
  return found.rows.map(({ id }) => id);
}

/** Class number of the advisory lock on what is searched in an operation; the intake's is 1, the sources' 3. */
const SEARCH_LOCK = 4;

/** Lets nobody else bring the search of this operation up to date until this transaction ends. */
export async function lockSearch(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query("/* threats.lockSearch */ select pg_advisory_xact_lock($1, $2)", [SEARCH_LOCK, operation]);
}

/**
 * Makes the values searchable that were listed since the last time. A threat whose audience set grew is listed again and
 * stands again under the larger set; what stands under the smaller stays, because its readers may see it too.
 */
export async function insertNewValues(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query(
    `/* threats.insertNewValues */
     with stretch as (
       select coalesce((select place from threats.search_progress where operation = $1::smallint), 0) as after,
              coalesce((select max(place) from threats.listing where operation = $1::smallint), 0) as upto
     ), advanced as (
       insert into threats.search_progress (operation, place) select $1, upto from stretch
       on conflict (operation) do update set place = excluded.place
     ), fresh as materialized (
       select distinct listed.id
         from stretch, threats.listing, unnest(listing.threats) as listed (id)
        where listing.operation = $1::smallint and listing.place > stretch.after and listing.place <= stretch.upto
     )
     insert into threats.searchable_value (operation, bucket, audience_set, threats, lines)
     select $1, get_byte(uuid_send(fresh.id), 0) >> 3, threat.audience_set, array_agg(fresh.id order by fresh.id),
            string_agg(lower(threat.value), e'\\n' order by fresh.id)
       from fresh join threats.threat on threat.id = fresh.id
      group by 2, 3`,
    [operation],
  );
}

/** Makes the references searchable of deliveries that were read to their end since the last time. */
export async function insertNewReferences(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query(
    `/* threats.insertNewReferences */
     with fresh as (
       insert into threats.searched_delivery (delivery)
       select id from feeds.delivery where operation = $1::smallint and state in ('done', 'refused')
       on conflict do nothing returning delivery
     ), said as (
       select distinct audience, threat, translate(lower(reference collate "C"), e'\\n\\r', '  ') as line
         from threats.assertion
        where delivery = any(array(select delivery from fresh)) and reference is not null
     )
     insert into threats.searchable_reference (operation, bucket, audience, threats, lines)
     select $1, get_byte(uuid_send(threat), 0) >> 3, audience, array_agg(threat order by threat, line),
            string_agg(line, e'\\n' order by threat, line)
       from said group by 2, 3`,
    [operation],
  );
}

/** More rows of one bucket and readership than this are put together into one: a search pays for each row. */
const CROWD = 8;

/** Puts crowded rows together. */
export async function compactSearchable(db: pg.ClientBase, operation: number): Promise<void> {
  await db.query(
    `/* threats.compactSearchable values */
     with crowded as (
       select bucket, audience_set from threats.searchable_value where operation = $1::smallint
        group by bucket, audience_set having count(*) > ${CROWD}
     ), taken as (
       delete from threats.searchable_value each using crowded
        where each.operation = $1::smallint and each.bucket = crowded.bucket and each.audience_set = crowded.audience_set
       returning each.*
     )
     insert into threats.searchable_value (operation, bucket, audience_set, threats, lines)
     select $1, bucket, audience_set, array_agg(line.threat order by line.threat), string_agg(line.text, e'\\n' order by line.threat)
       from taken, unnest(taken.threats, string_to_array(taken.lines, e'\\n')) as line (threat, text)
      group by bucket, audience_set`,
    [operation],
  );
  await db.query(
    `/* threats.compactSearchable references */
     with crowded as (
       select bucket, audience from threats.searchable_reference where operation = $1::smallint
        group by bucket, audience having count(*) > ${CROWD}
     ), taken as (
       delete from threats.searchable_reference each using crowded
        where each.operation = $1::smallint and each.bucket = crowded.bucket and each.audience = crowded.audience
       returning each.*
     )
     insert into threats.searchable_reference (operation, bucket, audience, threats, lines)
     select $1, bucket, audience, array_agg(line.threat order by line.threat), string_agg(line.text, e'\\n' order by line.threat)
       from taken, unnest(taken.threats, string_to_array(taken.lines, e'\\n')) as line (threat, text)
      group by bucket, audience`,
    [operation],
  );
}

/**
 * Takes out of the searchable texts what is gone, or is known to fewer audiences than its row is for. References of the
 * source are all taken out: the next update puts in what its deliveries say now.
 * @param audiences those that lost something
 */
export async function deleteSearchable(
  db: pg.ClientBase,
  operation: number,
  source: number,
  audiences: readonly number[],
): Promise<void> {
  await db.query(
    `/* threats.deleteSearchable values */
     with taken as (
       delete from threats.searchable_value each using threats.audience_set past
        where each.operation = $1::smallint and past.id = each.audience_set and past.audiences && $2::integer[]
       returning each.bucket, each.audience_set, each.threats, each.lines, past.audiences
     )
     insert into threats.searchable_value (operation, bucket, audience_set, threats, lines)
     select $1, taken.bucket, taken.audience_set, array_agg(line.threat order by line.threat),
            string_agg(line.text, e'\\n' order by line.threat)
       from taken, unnest(taken.threats, string_to_array(taken.lines, e'\\n')) as line (threat, text),
            threats.threat, threats.audience_set present
      where threat.id = line.threat and present.id = threat.audience_set and taken.audiences <@ present.audiences
      group by taken.bucket, taken.audience_set`,
    [operation, audiences],
  );
  await db.query(
    `/* threats.deleteSearchable references */
     delete from threats.searchable_reference
      where operation = $1::smallint and audience in (select id from feeds.audience where source = $2)`,
    [operation, source],
  );
  await db.query(
    `/* threats.deleteSearchable deliveries */
     delete from threats.searched_delivery where delivery in (select id from feeds.delivery where source = $1)`,
    [source],
  );
}

import type pg from "pg";

/** For whom and as of when figures were stated since an instant. Milliseconds since the epoch, UTC. */
export async function listStatedReaders(
  db: pg.ClientBase,
  operation: number,
  since: number,
): Promise<{ readonly reader: string; readonly asOf: number }[]> {
  const found = await db.query<{ reader: string; asOf: number }>(
    `/* outcomes.listStatedReaders */
     select distinct reader, (extract(epoch from as_of) * 1000)::float8 as "asOf" from outcomes.figure
      where operation = $1 and stated_at >= to_timestamp($2::float8 / 1000) order by 1, 2`,
    [operation, since],
  );
  return found.rows;
}

/** Notes the deletion on what was stated for this reader, and gives the names of the lists of objects behind it. */
export async function insertDeletedInputs(
  db: pg.ClientBase,
  operation: number,
  since: number,
  stated: { readonly reader: string; readonly asOf: number },
  deletion: string,
): Promise<string[]> {
  const found = await db.query<{ objectsFile: string | null }>(
    `/* outcomes.insertDeletedInputs */
     with noted as (
       insert into outcomes.deleted_input (figure, deletion)
       select id, $5 from outcomes.figure
        where operation = $1 and stated_at >= to_timestamp($2::float8 / 1000) and reader = $3
          and as_of = to_timestamp($4::float8 / 1000)
       on conflict do nothing)
     select distinct objects_file as "objectsFile" from outcomes.figure
      where operation = $1 and stated_at >= to_timestamp($2::float8 / 1000) and reader = $3
        and as_of = to_timestamp($4::float8 / 1000)`,
    [operation, since, stated.reader, stated.asOf, deletion],
  );
  return found.rows.flatMap(({ objectsFile }) => objectsFile ?? []);
}

/** Whether a statement none of whose inputs were deleted has this list of objects. */
export async function isFileOfFigure(db: pg.ClientBase | pg.Pool, sha256: string): Promise<boolean> {
  const found = await db.query<{ used: boolean }>(
    `/* outcomes.isFileOfFigure */
     select exists (select from outcomes.figure where objects_file = $1
       and not exists (select from outcomes.deleted_input where deleted_input.figure = figure.id)) as used`,
    [sha256],
  );
  return found.rows[0]?.used ?? false;
}

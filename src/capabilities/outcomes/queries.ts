import type pg from "pg";

/** A figure as it was stated once. Never changed; a correction is a later one that names it. */
export interface StatedFigure {
  readonly id: number;
  readonly figure: string;
  readonly rules: string;
  readonly asOf: Date;
  readonly reader: string;
  readonly value: number;
  readonly inputsSha256: string;
  readonly corrects: number | null;
  readonly statedAt: Date;
}

const FIGURE = `id, figure, rules, as_of as "asOf", reader, value, inputs_sha256 as "inputsSha256", corrects, stated_at as "statedAt"`;

/** Every statement of an operation's figures, oldest first. */
export async function listStatedFigures(
  db: pg.ClientBase | pg.Pool,
  operation: number,
): Promise<StatedFigure[]> {
  const found = await db.query<StatedFigure>(
    `/* outcomes.listStatedFigures */ select ${FIGURE} from outcomes.figure where operation = $1 order by id`,
    [operation],
  );
  return found.rows;
}

/** A statement as it is told: named by its public id. */
export interface StatedFigureRow {
  readonly publicId: string;
  readonly figure: string;
  readonly rules: string;
  readonly asOf: Date;
  readonly reader: string;
  readonly value: number;
  readonly qualifier: string;
  readonly byCountry: Record<string, number>;
  readonly byFamily: Record<string, number> | null;
  readonly inputsSha256: string;
  readonly statedAt: Date;
  /** Public id. */
  readonly corrects: string | null;
  readonly opens: boolean;
}

/**
 * Statements that the caller may see as of one instant, by figure and reader, the latest first.
 * @param asOf ISO 8601; null for the latest instant of any that he sees
 * @param history statements that were corrected later as well
 */
export async function listFiguresAsOf(
  db: pg.Pool,
  operation: number,
  asOf: string | null,
  history: boolean,
): Promise<StatedFigureRow[]> {
  const found = await db.query<StatedFigureRow>(
    `/* outcomes.listFiguresAsOf */
     select figure.public_id as "publicId", figure.figure, figure.rules, figure.as_of as "asOf", figure.reader,
            figure.value, figure.qualifier, figure.by_country as "byCountry", figure.by_family as "byFamily",
            figure.inputs_sha256 as "inputsSha256", figure.stated_at as "statedAt", corrected.public_id as corrects,
            figure.objects_file is not null as opens
       from outcomes.figure left join outcomes.figure corrected on corrected.id = figure.corrects
      where figure.operation = $1
        and figure.as_of = coalesce($2, (select max(as_of) from outcomes.figure where operation = $1))
        and ($3 or not exists (select from outcomes.figure later where later.corrects = figure.id))
      order by figure.figure, figure.reader, figure.id desc`,
    [operation, asOf, history],
  );
  return found.rows;
}

/** Name in the file store of what a figure counted; null when the caller may not see it or it was not kept. */
export async function findObjectsFile(
  db: pg.Pool,
  operation: number,
  figure: string,
): Promise<string | null> {
  const found = await db.query<{ file: string | null }>(
    `/* outcomes.findObjectsFile */ select objects_file as file from outcomes.figure where operation = $1 and public_id = $2`,
    [operation, figure],
  );
  return found.rows[0]?.file ?? null;
}

/** Of these threats those that the caller may see. */
export async function listVisibleThreats(
  db: pg.Pool,
  operation: number,
  threats: readonly string[],
): Promise<string[]> {
  if (threats.length === 0) return [];
  const found = await db.query<{ id: string }>(
    "/* outcomes.listVisibleThreats */ select id from threats.threat where operation = $1 and id = any($2::uuid[])",
    [operation, threats],
  );
  return found.rows.map(({ id }) => id);
}

export interface NewStatement {
  readonly operation: number;
  readonly figure: string;
  readonly rules: string;
  readonly asOf: string;
  readonly reader: string;
  readonly value: number;
  readonly qualifier: string;
  readonly byCountry: Readonly<Record<string, number>>;
  readonly byFamily: Readonly<Record<string, number>> | null;
  readonly inputsSha256: string;
  readonly objectsSha256: string;
  /** Name in the file store of the list of objects. */
  readonly objectsFile: string;
}

/**
 * States a figure, unless the latest statement of it for this instant and reader says the same of the same objects.
 * The advisory lock keeps two commands from stating the same correction twice.
 */
export async function insertStatement(db: pg.ClientBase, statement: NewStatement): Promise<void> {
  await db.query(
    "/* outcomes.lockFigures */ select pg_advisory_xact_lock(hashtextextended('outcomes.' || $1::text, 0))",
    [statement.operation],
  );
  await db.query(
    `/* outcomes.insertStatement */
     with latest as (
       select id, value, rules, objects_sha256 from outcomes.figure
        where operation = $1 and figure = $2 and as_of = $4 and reader = $5 order by id desc limit 1)
     insert into outcomes.figure (operation, figure, rules, as_of, reader, value, qualifier, by_country, by_family,
       inputs_sha256, objects_sha256, objects_file, corrects)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (select id from latest)
      where not exists (select from latest where value = $6 and rules = $3 and objects_sha256 = $11)`,
    [
      statement.operation,
      statement.figure,
      statement.rules,
      statement.asOf,
      statement.reader,
      statement.value,
      statement.qualifier,
      JSON.stringify(statement.byCountry),
      statement.byFamily === null ? null : JSON.stringify(statement.byFamily),
      statement.inputsSha256,
      statement.objectsSha256,
      statement.objectsFile,
    ],
  );
}

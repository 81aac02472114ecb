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
       inputs_sha256, objects_sha256, corrects)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (select id from latest)
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
    ],
  );
}

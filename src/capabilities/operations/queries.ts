import type pg from "pg";
import type { ExerciseTables, OperationFile, Retention } from "./contract.ts";
import type { Handling } from "./model/handling.ts";

/** An operation as stored. `asOf` in milliseconds since the epoch, UTC. */
export interface Operation {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly asOf: number | null;
  readonly mode: "onsite" | "remote" | "hybrid";
  readonly purpose: string;
  readonly legalBasis: string;
  readonly countries: readonly string[];
  readonly defaults: NonNullable<OperationFile["defaults"]>;
  readonly exercise: ExerciseTables | null;
  readonly retention: Retention;
}

const COLUMNS = `id, code, name, from_date as "from", to_date as "to", (extract(epoch from as_of) * 1000)::float8 as "asOf",
  mode, purpose, legal_basis as "legalBasis", countries, defaults, exercise, retention`;

/** Null when there is none of this code. */
export async function findOperation(db: pg.ClientBase | pg.Pool, code: string): Promise<Operation | null> {
  const found = await db.query<Operation>(
    `/* operations.findOperation */ select ${COLUMNS} from operations.operation where code = $1`,
    [code],
  );
  return found.rows[0] ?? null;
}

export async function listOperations(db: pg.ClientBase | pg.Pool): Promise<Operation[]> {
  const found = await db.query<Operation>(
    `/* operations.listOperations */ select ${COLUMNS} from operations.operation order by id`,
  );
  return found.rows;
}

export async function insertOperation(db: pg.ClientBase, file: OperationFile): Promise<Operation> {
  const inserted = await db.query<Operation>(
    `/* operations.insertOperation */
     insert into operations.operation (code, name, from_date, to_date, as_of, mode, purpose, legal_basis, countries, defaults, exercise, retention)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${COLUMNS}`,
    [
      file.id,
      file.name,
      file.from,
      file.to,
      file.asOf ?? null,
      file.mode,
      file.purpose,
      file.legalBasis,
      file.countries,
      JSON.stringify(file.defaults ?? {}),
      file.exercise === undefined ? null : JSON.stringify(file.exercise),
      JSON.stringify(file.retention ?? {}),
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("operations.insertOperation returned no row");
  return row;
}

/** The number of this combination; makes one when it is new. */
export async function internHandling(db: pg.ClientBase, handling: Handling): Promise<number> {
  const values = [
    handling.tlp,
    handling.pap,
    [...handling.codes].sort(),
    handling.releasableTo === null ? null : [...new Set(handling.releasableTo)].sort(),
    handling.expiresOn,
    handling.mayBeNamed,
  ];
  await db.query(
    `/* operations.internHandling insert */
     insert into operations.handling (tlp, pap, codes, releasable_to, expires_on, may_be_named)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    values,
  );
  const found = await db.query<{ id: number }>(
    `/* operations.internHandling find */ select id from operations.handling
      where tlp = $1 and pap is not distinct from $2 and codes = $3 and releasable_to is not distinct from $4
        and expires_on is not distinct from $5 and may_be_named = $6`,
    values,
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("operations.internHandling found no row after inserting one");
  return row.id;
}

/** Every handling combination there is, by number. There are few. */
export async function listHandlings(db: pg.ClientBase | pg.Pool): Promise<Map<number, Handling>> {
  const found = await db.query<Handling & { id: number }>(
    `/* operations.listHandlings */
     select id, tlp, pap, codes, releasable_to as "releasableTo", expires_on as "expiresOn", may_be_named as "mayBeNamed"
       from operations.handling`,
  );
  return new Map(found.rows.map(({ id, ...handling }) => [id, handling]));
}

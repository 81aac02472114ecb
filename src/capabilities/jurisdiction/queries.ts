import type pg from "pg";
import type { Reader } from "#capabilities/operations/index.ts";

/** A person's decision in force. */
export interface DecidedCountry {
  readonly threat: string;
  readonly country: string;
  readonly countryRole: "hosting" | "owner" | "victim" | "suspect" | "money";
  readonly reason: string;
  readonly decidedBy: string;
  /** ISO date. */
  readonly decidedOn: string;
}

/** Whom readers meet as the one who decided is the desk; why is for the desk alone. */
const DECISION = `decision.threat, decision.country, decision.country_role as "countryRole",
  case when exists (select from threats.threat decided where decided.id = decision.threat
                       and decided.operation in (select platform.caller_numbers('desk')))
       then decision.reason else '' end as reason,
  'the desk' as "decidedBy", to_char(decision.decided_at at time zone 'UTC', 'YYYY-MM-DD') as "decidedOn"`;

/**
 * Decisions in force on threats of the operation that the reader may know, by threat: the desk all, a country those that
 * name it. They are few beside the threats.
 */
export async function listDecisions(
  db: pg.ClientBase | pg.Pool,
  operation: number,
  reader: Reader,
): Promise<Map<string, DecidedCountry[]>> {
  const found = await db.query<DecidedCountry>(
    `/* jurisdiction.listDecisions */
     select ${DECISION}
       from jurisdiction.decision join threats.threat on threat.id = decision.threat
      where threat.operation = $1 and decision.withdrawn_at is null and ($2 or decision.country = $3)
      order by decision.id`,
    [operation, reader.kind === "desk", reader.kind === "country" ? reader.country : null],
  );
  return Map.groupBy(found.rows, ({ threat }) => threat);
}

/** Decisions in force on one threat. */
export async function listDecisionsOn(
  db: pg.ClientBase | pg.Pool,
  threat: string,
): Promise<DecidedCountry[]> {
  const found = await db.query<DecidedCountry>(
    `/* jurisdiction.listDecisionsOn */ select ${DECISION} from jurisdiction.decision
      where decision.threat = $1 and decision.withdrawn_at is null order by decision.id`,
    [threat],
  );
  return found.rows;
}

/** Notes that threats of the operation are assigned by this edition of the public tables. Noted before, it changes nothing. */
export async function insertTableEdition(
  db: pg.ClientBase | pg.Pool,
  operation: number,
  edition: string,
): Promise<void> {
  await db.query(
    `/* jurisdiction.insertTableEdition */
     insert into jurisdiction.table_edition (operation, edition) values ($1, $2) on conflict do nothing`,
    [operation, edition],
  );
}

/** Whether threats of the operation were assigned by any other edition of the public tables than this. */
export async function hasOtherEditions(
  db: pg.ClientBase | pg.Pool,
  operation: number,
  edition: string,
): Promise<boolean> {
  const found = await db.query<{ other: boolean }>(
    `/* jurisdiction.hasOtherEditions */
     select exists (select from jurisdiction.table_edition where operation = $1 and edition <> $2) as other`,
    [operation, edition],
  );
  return found.rows[0]?.other === true;
}

/** Decisions about threats that are gone, withdrawn ones too; gives how many there were. */
export async function deleteDecisionsOf(db: pg.ClientBase, threats: readonly string[]): Promise<number> {
  const gone = await db.query(
    "/* jurisdiction.deleteDecisionsOf */ delete from jurisdiction.decision where threat = any($1::uuid[])",
    [threats],
  );
  return gone.rowCount ?? 0;
}

import type pg from "pg";
import type { CountryRole } from "./model/evidence.ts";

type Db = pg.ClientBase | pg.Pool;

/** A decision as the caller may know it: who decided and why is told to the desk alone. */
export interface CountryDecisionRow {
  readonly publicId: string;
  readonly country: string;
  readonly countryRole: CountryRole;
  readonly decidedAt: Date;
  readonly withdrawnAt: Date | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly withdrawnBy: string | null;
}

const forDesk = (column: string, name: string) =>
  `case when threat.operation in (select platform.caller_numbers('desk')) then decision.${column} end as "${name}"`;

/** Of one threat, oldest first; withdrawn ones too. */
export async function listDecisionsOf(
  db: Db,
  operation: number,
  threat: string,
): Promise<CountryDecisionRow[]> {
  const found = await db.query<CountryDecisionRow>(
    `/* jurisdiction.listDecisionsOf */
     select decision.public_id as "publicId", decision.country, decision.country_role as "countryRole",
            decision.decided_at as "decidedAt", decision.withdrawn_at as "withdrawnAt", ${forDesk("reason", "reason")},
            ${forDesk("decided_by", "decidedBy")}, ${forDesk("withdrawn_by", "withdrawnBy")}
       from jurisdiction.decision join threats.threat on threat.id = decision.threat
      where threat.operation = $1 and decision.threat = $2 order by decision.id`,
    [operation, threat],
  );
  return found.rows;
}

/** Whether the caller may see the threat. */
export async function isThreatVisible(db: Db, operation: number, threat: string): Promise<boolean> {
  const found = await db.query(
    "/* jurisdiction.isThreatVisible */ select from threats.threat where operation = $1 and id = $2",
    [operation, threat],
  );
  return found.rowCount === 1;
}

/** Withdraws the decision in force, if there is one. Gives whether there was. */
export async function updateDecisionWithdrawn(
  db: pg.ClientBase,
  threat: string,
  role: CountryRole,
  officer: string,
): Promise<boolean> {
  const updated = await db.query(
    `/* jurisdiction.updateDecisionWithdrawn */
     update jurisdiction.decision set withdrawn_at = now(), withdrawn_by = $3
      where threat = $1 and country_role = $2 and withdrawn_at is null`,
    [threat, role, officer],
  );
  return updated.rowCount === 1;
}

export async function insertDecision(
  db: pg.ClientBase,
  decision: {
    readonly threat: string;
    readonly role: CountryRole;
    readonly country: string;
    readonly reason: string;
    readonly officer: string;
  },
): Promise<void> {
  await db.query(
    `/* jurisdiction.insertDecision */
     insert into jurisdiction.decision (threat, country, country_role, reason, decided_by) values ($1, $2, $3, $4, $5)`,
    [decision.threat, decision.country, decision.role, decision.reason, decision.officer],
  );
}

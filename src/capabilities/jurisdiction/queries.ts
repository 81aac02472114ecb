import type pg from "pg";

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

/** Decisions in force on threats of the operation, by threat. They are few beside the threats. */
export async function listDecisions(
  db: pg.ClientBase | pg.Pool,
  operation: number,
): Promise<Map<string, DecidedCountry[]>> {
  const found = await db.query<DecidedCountry>(
    `/* jurisdiction.listDecisions */
     select decision.threat, decision.country, decision.country_role as "countryRole", decision.reason,
            decision.decided_by as "decidedBy", to_char(decision.decided_at at time zone 'UTC', 'YYYY-MM-DD') as "decidedOn"
       from jurisdiction.decision join threats.threat on threat.id = decision.threat
      where threat.operation = $1 and decision.withdrawn_at is null
      order by decision.id`,
    [operation],
  );
  return Map.groupBy(found.rows, ({ threat }) => threat);
}

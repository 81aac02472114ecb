import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { isCountry } from "#reference/countries/countries.ts";
import { insertDecision, isThreatVisible, updateDecisionWithdrawn } from "../decision-queries.ts";
import type { CountryRole } from "../model/evidence.ts";

interface OfThreat {
  readonly operation: number;
  readonly threat: string;
  readonly role: CountryRole;
  /** Public id. */
  readonly officer: string;
}

/**
 * A person's decision which country it is. One in force for the same role is withdrawn by it, and stays in the history.
 * @throws Problem `not-found`, `invalid`
 */
export function decideCountry(
  pool: pg.Pool,
  request: OfThreat & { readonly country: string; readonly reason: string },
): Promise<void> {
  if (!isCountry(request.country))
    throw new Problem("invalid", {
      code: "jurisdiction.no_such_country",
      say: `${request.country} is no country's code. Two capital letters as in ISO 3166-1, e.g. SN.`,
    });
  return transaction(pool, async (db) => {
    await assertVisible(db, request);
    await updateDecisionWithdrawn(db, request.threat, request.role, request.officer);
    await insertDecision(db, request);
  });
}

/** @throws Problem `not-found`, `conflict` when nothing is decided */
export function withdrawDecision(pool: pg.Pool, request: OfThreat): Promise<void> {
  return transaction(pool, async (db) => {
    await assertVisible(db, request);
    if (await updateDecisionWithdrawn(db, request.threat, request.role, request.officer)) return;
    throw new Problem("conflict", {
      code: "jurisdiction.nothing_decided",
      say: "There is no decision in force to withdraw.",
    });
  });
}

async function assertVisible(db: pg.ClientBase, { operation, threat }: OfThreat): Promise<void> {
  if (await isThreatVisible(db, operation, threat)) return;
  throw new Problem("not-found", { code: "threats.not_found", say: "There is no such threat." });
}

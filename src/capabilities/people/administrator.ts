import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import { findActor, type OfficerAccount } from "./admin-queries.ts";
import type { Officer } from "./queries.ts";

/**
 * Whoever acts, as he is at this moment of the transaction: the duty that let him in may have been taken from him while
 * he waited for another act.
 * @throws Problem `forbidden`
 */
export async function administratorOf(
  db: pg.ClientBase,
  officer: Pick<Officer, "id">,
): Promise<OfficerAccount> {
  const actor = await findActor(db, officer.id);
  if (actor?.duties.includes("administrator") === true) return actor;
  throw new Problem("forbidden", { code: "people.duty_not_held", say: "This is not among your duties." });
}

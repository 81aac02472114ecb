import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { insertRecovery } from "../recovery-queries.ts";
import { findAccount } from "../sign-in-queries.ts";
import { refuseToTouch } from "./issueEnrolment.ts";

/**
 * First of two: asks that an officer's ways in be taken away, because he lost one. Nothing happens to him yet.
 * @returns public id of the recovery
 * @throws Problem `not-found`; Problem `forbidden` for one's own account and for one that holds what the asker lacks
 */
export function requestRecovery(
  gate: pg.Pool,
  asked: { readonly officer: string; readonly reason: string; readonly by: number },
): Promise<string> {
  return transaction(gate, async (db) => {
    const account = await findAccount(db, asked.officer);
    if (account === null)
      throw new Problem("not-found", { code: "people.no_officer", say: "There is no such officer." });
    if (account.id === asked.by)
      throw new Problem("forbidden", {
        code: "people.own_recovery",
        say: "Somebody else asks for your recovery. While you are signed in, add another way in yourself.",
      });
    await refuseToTouch(db, asked.by, account);
    return insertRecovery(db, { officer: account.id, reason: asked.reason, requestedBy: asked.by });
  });
}

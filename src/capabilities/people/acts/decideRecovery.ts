import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { administratorOf } from "../administrator.ts";
import { decideRecovery, endWaysIn, type Recovery, takeRecovery } from "../recovery-queries.ts";
import { endSessions, lockAccount } from "../sign-in-queries.ts";
import { type IssuedEnrolment, putEnrolment, refuseToTouch } from "./issueEnrolment.ts";

/**
 * Second of two: what the officer had is void at once, for it may be in a stranger's hand, and he gets a link.
 * @throws Problem `forbidden` when the second is the first, or either is no administrator any more or lacks what the
 *   account holds by now
 */
export function approveRecovery(gate: pg.Pool, publicId: string, by: number): Promise<IssuedEnrolment> {
  return transaction(gate, async (db) => {
    const recovery = await openRecovery(db, publicId);
    if (recovery.requestedBy === by || recovery.officer === by)
      throw new Problem("forbidden", {
        code: "people.two_people",
        say: "A recovery needs two administrators: neither the one who asked nor the officer himself can approve it.",
      });
    await lockAccount(db, recovery.officer);
    for (const each of [by, recovery.requestedBy]) {
      await administratorOf(db, { id: each });
      await refuseToTouch(db, each, { id: recovery.officer });
    }
    await decideRecovery(db, { id: recovery.id, by, outcome: "approved" });
    await endSessions(db, recovery.officer);
    await endWaysIn(db, recovery.officer);
    return putEnrolment(db, recovery.officer, by);
  });
}

/** @throws Problem `not-found` when there is none, it was decided, or too late */
export function refuseRecovery(gate: pg.Pool, publicId: string, by: number): Promise<void> {
  return transaction(gate, async (db) => {
    const { id, officer } = await openRecovery(db, publicId);
    if (officer === by)
      throw new Problem("forbidden", {
        code: "people.two_people",
        say: "The officer himself does not decide on his recovery.",
      });
    await decideRecovery(db, { id, by, outcome: "refused" });
  });
}

async function openRecovery(db: pg.ClientBase, publicId: string): Promise<Recovery> {
  const recovery = await takeRecovery(db, publicId);
  if (recovery === null)
    throw new Problem("not-found", {
      code: "people.no_recovery",
      say: "There is no such recovery to decide.",
    });
  return recovery;
}

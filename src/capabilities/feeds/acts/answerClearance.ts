import type pg from "pg";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  findClearanceForUpdate,
  updateClearanceAnswered,
  updateClearanceWithdrawn,
} from "../clearance-queries.ts";
import { assertAnswerable, assertWithdrawable, type ClearanceAnswer } from "../model/clearance.ts";

interface OfClearance {
  readonly operation: number;
  readonly clearance: string;
  /** Public id. */
  readonly officer: string;
}

/**
 * The originator's answer. A grant takes effect when the worker has given the assertions their further readers, which
 * it is asked for in the same transaction.
 * @throws Problem `not-found` for everybody but the source's own officers, `conflict`, `invalid`
 */
export function answerClearance(
  pool: pg.Pool,
  request: OfClearance & { readonly answer: ClearanceAnswer },
  now: number,
): Promise<void> {
  return transaction(pool, async (db) => {
    const clearance = await findClearanceForUpdate(db, request.operation, request.clearance);
    if (clearance === null) throw notFound();
    assertAnswerable(clearance, request.answer, now);
    await updateClearanceAnswered(db, clearance.id, request.answer, request.officer);
    if (request.answer.answer === "grant")
      await addJob(
        db,
        "threats.applyClearance",
        { clearance: clearance.id },
        { queue: `intake-${request.operation}` },
      );
  });
}

/**
 * The originator takes his grant back: from now on the countries read what they did before it. Nothing is rewritten,
 * because who reads a cleared audience is found out at each request.
 * @throws Problem `not-found`, `conflict`
 */
export function withdrawClearance(pool: pg.Pool, request: OfClearance, now: number): Promise<void> {
  return transaction(pool, async (db) => {
    const clearance = await findClearanceForUpdate(db, request.operation, request.clearance);
    if (clearance === null) throw notFound();
    assertWithdrawable(clearance, now);
    await updateClearanceWithdrawn(db, clearance.id, request.officer);
  });
}

function notFound(): Problem {
  return new Problem("not-found", { code: "feeds.not_found", say: "There is no such request." });
}

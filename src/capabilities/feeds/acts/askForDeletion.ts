import type pg from "pg";
import { deleteBy, type Operation, retentionDaysOf } from "#capabilities/operations/index.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  findDeletionForUpdate,
  findRetainedDelivery,
  insertDeletion,
  type RetainedDelivery,
  updateDeletionDecided,
} from "../deletion-queries.ts";
import { type DeletionAsker, decideDeletion, firstStateOf, namesSomebody } from "../model/deletion.ts";

export interface DeletionRequest {
  readonly delivery: string;
  readonly reason: string;
  readonly forgetMapping: boolean;
  readonly asker: DeletionAsker;
  /** Public id of the officer. */
  readonly officer: string;
}

/**
 * Asks for the deletion of a delivery that the caller may see. The word of its owner and of the data-protection officer
 * stands by itself and the worker begins; the desk's waits for that officer. Gives the deletion's public id.
 * @throws Problem `not-found` for a delivery that is not the caller's to see, is a repeat or is being deleted already
 */
export function askForDeletion(
  app: pg.Pool,
  operation: Operation,
  request: DeletionRequest,
  now: number,
): Promise<string> {
  refuseNames(request.reason);
  return transaction(app, async (db) => {
    const delivery = await findRetainedDelivery(db, operation.id, request.delivery);
    if (delivery === null) throw notFound();
    const { id, publicId } = await insertDeletion(db, {
      operation: operation.id,
      delivery,
      ground: groundOf(operation, delivery, request.asker, now),
      reason: request.reason,
      forgetMapping: request.forgetMapping,
      askedBy: request.officer,
      approvedBy: firstStateOf(request.asker) === "approved" ? request.officer : null,
    });
    if (firstStateOf(request.asker) === "approved") await enqueue(db, operation.id, id);
    return publicId;
  });
}

export type DeletionDecision =
  | { readonly decision: "approve" }
  | { readonly decision: "decline"; readonly reason: string };

/** The data-protection officer's word on what the desk asked for. */
export function decideOnDeletion(
  app: pg.Pool,
  operation: number,
  deletion: string,
  officer: string,
  decision: DeletionDecision,
): Promise<void> {
  const declineReason = decision.decision === "decline" ? decision.reason : null;
  if (declineReason !== null) refuseNames(declineReason);
  return transaction(app, async (db) => {
    const found = await findDeletionForUpdate(db, operation, deletion);
    if (found === null) throw notFound();
    const state = decideDeletion(found.state, decision.decision);
    if (state === null)
      throw new Problem("conflict", {
        code: "feeds.deletion_decided",
        say: "This deletion does not wait for a decision any more.",
      });
    await updateDeletionDecided(db, found.id, { state, officer, declineReason });
    if (state === "approved") await enqueue(db, operation, found.id);
  });
}

/** In the queue of the intake: a delivery is not deleted while it, or one that repeats it, is being read. */
async function enqueue(db: pg.ClientBase, operation: number, deletion: number): Promise<void> {
  await addJob(db, "feeds.deleteDelivery", { deletion }, { queue: `intake-${operation}` });
}

function groundOf(operation: Operation, delivery: RetainedDelivery, asker: DeletionAsker, now: number) {
  if (asker === "owner" || asker === "desk") return "owner";
  const days = retentionDaysOf(operation.retention, delivery.sourceId, delivery.holdsVictims);
  const isDue = deleteBy(delivery.lastReceivedAt, days) <= new Date(now).toISOString().slice(0, 10);
  return isDue ? "retention" : "protection";
}

function refuseNames(reason: string): void {
  if (!namesSomebody(reason)) return;
  throw new Problem("invalid", {
    code: "feeds.reason_names_somebody",
    say: "The reason holds an address or a long number. It is kept for good, so it must name nobody: say it in other words.",
  });
}

function notFound(): Problem {
  return new Problem("not-found", {
    code: "feeds.nothing_to_delete",
    say: "There is no such delivery or deletion.",
  });
}

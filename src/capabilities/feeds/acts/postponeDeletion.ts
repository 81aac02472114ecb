import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { findRetainedDelivery, insertPostponement } from "../deletion-queries.ts";
import { latestPostponement } from "../model/deletion.ts";

/**
 * Puts the deletion of a delivery off to a day, for a reason.
 * @throws Problem `invalid` for a day that is over or beyond the bound, `not-found` for a delivery that is not there
 */
export function postponeDeletion(
  app: pg.Pool,
  operation: number,
  order: {
    readonly delivery: string;
    readonly until: string;
    readonly reason: string;
    readonly officer: string;
  },
  now: number,
): Promise<void> {
  return transaction(app, async (db) => {
    const delivery = await findRetainedDelivery(db, operation, order.delivery);
    if (delivery === null)
      throw new Problem("not-found", {
        code: "feeds.nothing_to_delete",
        say: "There is no such delivery or deletion.",
      });
    const latest = latestPostponement(now, delivery.lastReceivedAt);
    const today = new Date(now).toISOString().slice(0, 10);
    if (order.until <= today || order.until > latest)
      throw new Problem("invalid", {
        code: "feeds.postponement_out_of_bounds",
        say: `A deletion is put off to a day after today and at most to ${latest}.`,
      });
    await insertPostponement(db, { ...order, delivery: delivery.id });
  });
}

import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { compactSearchable, insertNewReferences, insertNewValues, lockSearch } from "../search-queries.ts";

/**
 * Makes searchable what an operation has learnt since the last time, in one transaction: a job after each delivery, so
 * that intake does not wait for it. Run twice, or for deliveries that another run took along, it changes nothing.
 */
export async function updateSearch(pool: pg.Pool, operation: number): Promise<void> {
  await transaction(pool, async (db) => {
    await lockSearch(db, operation);
    await insertNewValues(db, operation);
    await insertNewReferences(db, operation);
    await compactSearchable(db, operation);
  });
}

import type pg from "pg";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";

/** Asks the signer for a checkpoint of the log as it stands. One that waits already stands for all who ask. */
export async function requestCheckpoint(app: pg.Pool): Promise<void> {
  await transaction(app, (db) =>
    addJob(db, "audit.signCheckpoint", {}, { queue: "audit", key: "audit.signCheckpoint" }),
  );
}

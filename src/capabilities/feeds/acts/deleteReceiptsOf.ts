import type pg from "pg";
import type { FileStore } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import {
  advanceDeletion,
  type Deletion,
  deleteClearancesOf,
  deleteMapping,
  deleteReceipts,
  updateRepeatsSince,
} from "../deletion-queries.ts";
import type { Delivery } from "../queries.ts";
import { headerOf } from "./receiveDelivery.ts";

/**
 * Deletes the receipts of a delivery and of its repeats, when nothing that they brought is left, and notes which files
 * are to go. Bytes that were handed in again since the deletion began were handed in anew: they will be read.
 */
export async function deleteReceiptsOf(
  db: pg.ClientBase,
  store: FileStore,
  deletion: Deletion,
  delivery: Delivery,
): Promise<void> {
  if (deletion.forgetMapping) {
    const header = await headerOf(await store.localPath(delivery.sha256));
    if (header !== null) await deleteMapping(db, delivery.source, header);
  }
  const anew = await updateRepeatsSince(db, delivery.id, deletion.id);
  if (anew !== null)
    await addJob(db, "threats.takeDelivery", { delivery: anew }, { queue: `intake-${delivery.operation}` });
  await deleteClearancesOf(db, delivery.id);
  const receipts = await deleteReceipts(db, delivery.id);
  await advanceDeletion(db, deletion.id, {
    counts: { receipts },
    files: [delivery.sha256, delivery.keysSha256].filter((name) => name !== null),
  });
}

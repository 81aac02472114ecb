import type pg from "pg";
import {
  advanceDeletion,
  composeCertificate,
  type Deletion,
  findDeletion,
  isFileOfDelivery,
  lockFile,
  updateDeletionDone,
} from "#capabilities/feeds/index.ts";
import { deleteDecisionsOf } from "#capabilities/jurisdiction/index.ts";
import { listOperations, type Operation } from "#capabilities/operations/index.ts";
import { isFileOfFigure, noteDeletedInputs } from "#capabilities/outcomes/index.ts";
import { isFileOfPackage, recallPackages } from "#capabilities/packages/index.ts";
import { deleteDelivery, type IntakeSurroundings } from "#capabilities/threats/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { type ScrubbedTable, scrubTables } from "#platform/postgres/scrub-tables.ts";
import { transaction } from "#platform/postgres/transaction.ts";

/** Tables that held what a delivery said, or what was made of it. */
const HOLDING_TABLES = [
  ...["threats.assertion", "threats.threat", "threats.listing", "threats.searchable_value"],
  ...["threats.searchable_reference", "threats.merge", "threats.personal_review", "feeds.refused_row"],
  ...["feeds.delivery", "feeds.delivery_part", "feeds.mapping", "feeds.clearance"],
  ...["jurisdiction.decision", "packages.package_threat"],
] as const;

/**
 * Carries out an approved deletion from one end of the house to the other: statements, threats, what people and rooms
 * made of them, files, and the bytes that the database keeps of deleted rows; then writes the certificate and asks the
 * signer for its signature. Killed at any moment and run again, it goes on.
 */
export async function carryOutDeletion(here: IntakeSurroundings, id: number): Promise<void> {
  const deletion = await findDeletion(here.pool, id);
  if (deletion === null || (deletion.state !== "approved" && deletion.state !== "running")) return;
  const operation = (await listOperations(here.pool)).find((each) => each.id === deletion.operation);
  if (operation === undefined) throw new Error(`deletion ${id} names no operation`);
  await deleteDelivery({ ...here, forget: forgetIn(operation) }, deletion);
  await transaction(here.pool, async (db) => {
    const sofar = await reread(db, id);
    await advanceDeletion(db, id, { counts: {}, files: await noteDeletedInputs(db, operation, sofar) });
  });
  await removeFiles(here.pool, here.store, await reread(here.pool, id));
  const tables = await scrubTables(here.pool, HOLDING_TABLES);
  await certify(here.pool, operation, id, tables);
}

async function reread(db: pg.ClientBase | pg.Pool, id: number): Promise<Deletion> {
  const deletion = await findDeletion(db, id);
  if (deletion === null) throw new Error(`deletion ${id} was there a moment ago`);
  return deletion;
}

function forgetIn(operation: Operation): Parameters<typeof deleteDelivery>[0]["forget"] {
  return async (db, deleted) => {
    const decisions = await deleteDecisionsOf(db, deleted.vanished);
    const { packages, files } = await recallPackages(db, operation, deleted);
    return { counts: { decisions, packages }, files };
  };
}

async function removeFiles(pool: pg.Pool, store: FileStore, { files }: Deletion): Promise<void> {
  for (const name of files)
    await transaction(pool, async (db) => {
      await lockFile(db, name);
      const isUsed =
        (await isFileOfDelivery(db, name)) ||
        (await isFileOfPackage(db, name)) ||
        (await isFileOfFigure(db, name));
      if (!isUsed) await store.remove(name);
    });
}

async function certify(
  pool: pg.Pool,
  operation: Operation,
  id: number,
  tables: readonly ScrubbedTable[],
): Promise<void> {
  await transaction(pool, async (db) => {
    const deletion = await reread(db, id);
    const certificate = await composeCertificate(db, operation, deletion, [...tables], new Date());
    await updateDeletionDone(db, id, certificate);
    await addJob(db, "feeds.signDeletion", { deletion: id });
  });
}

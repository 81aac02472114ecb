import type pg from "pg";
import {
  addDeliveryCounts,
  advanceDeletion,
  type Deletion,
  type Delivery,
  type DeliveryDifference,
  deleteClearedThreats,
  deleteReceiptsOf,
  deleteRefusedRows,
  findDeletion,
  findDelivery,
  listDeliveries,
  listFollowers,
  listLaterDeliveries,
  updateDeletionBegun,
  updatePrevious,
} from "#capabilities/feeds/index.ts";
import { listHandlings } from "#capabilities/operations/index.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import {
  countFirsts,
  countHeirs,
  deleteAssertionsOf,
  deleteEmptyCounters,
  deleteOfVanished,
  listListingPlaces,
  openDeliveryThreats,
  settleThreats,
  sweepListing,
  type ThreatThatLost,
} from "../deletion-queries.ts";
import { compareDeliveries } from "../intake/delivery-keys.ts";
import { openHeirWriter } from "../intake/heirs.ts";
import { intakeOrderFor } from "../intake/intake-order.ts";
import { lockIntake } from "../queries.ts";
import { deleteSearchable, lockSearch } from "../search-queries.ts";
import { type IntakeSurroundings, runThread } from "./takeDelivery.ts";

/** What one committed step took away, for rooms that keep something beside it. */
export interface DeletedThreats {
  readonly deletion: Deletion;
  /** Every threat that lost an assertion, with the audiences that knew of it. */
  readonly lost: readonly ThreatThatLost[];
  /** Of these, the ones that nothing supports any more. */
  readonly vanished: readonly string[];
}

export interface DeletionSurroundings extends IntakeSurroundings {
  /**
   * Lets the rooms that come later delete what they keep of these threats, in the same transaction; gives what they
   * deleted by kind, and names in the file store that they no longer need.
   */
  readonly forget: (
    db: pg.ClientBase,
    deleted: DeletedThreats,
  ) => Promise<{ readonly counts: Readonly<Record<string, number>>; readonly files: readonly string[] }>;
}

/** Rows of the listing per transaction: at most 32,768 ids each. */
const LISTING_ROWS_PER_STEP = 20;

const PATIENCE_SECONDS = 60;

/**
 * Deletes all that one delivery brought, so that the tables are as if it had never been received, but for the commit
 * sequence, the numbers of interned sets, and lists that may name a threat under its present set only. What a later
 * delivery of the source said as well becomes that one's. Killed at any moment and run again, it goes on: every step
 * finds out by itself what is left to do. Afterwards the names of the files to remove stand with the deletion.
 * Memory: one batch of the intake, and 16 bytes for each assertion of two deliveries that are compared.
 * @throws Problem `unavailable` when the database stays away
 */
export async function deleteDelivery(here: DeletionSurroundings, deletion: Deletion): Promise<void> {
  await step(here, (db) => updateDeletionBegun(db, deletion.id, deletion.operation));
  const delivery = await findDelivery(here.pool, deletion.delivery);
  // Its receipts go last, so without them all of this was done before.
  if (delivery === null) return;
  await passOn(here, delivery);
  await deleteWhatItSaid(here, deletion, delivery);
  const audiences = await audiencesOf(here.pool, deletion.id);
  await sweepListings(here, deletion.operation, audiences);
  await sweepSearch(here, delivery, audiences);
  await step(here, async (db) => {
    await lockIntake(db, delivery.operation);
    await deleteEmptyCounters(db, delivery.operation);
  });
  await step(here, async (db) => {
    const refusedRows = await deleteRefusedRows(db, delivery.id);
    await advanceDeletion(db, deletion.id, { counts: { refusedRows } });
  });
  await settleFirsts(here, delivery);
  await deleteReceipts(here, deletion, delivery);
}

function step<T>(here: DeletionSurroundings, work: (db: pg.ClientBase) => Promise<T>): Promise<T> {
  return retryWhileUnavailable(() => transaction(here.pool, work), PATIENCE_SECONDS);
}

/** Reads once more the later deliveries of the source that repeat something of this one. */
async function passOn(here: DeletionSurroundings, delivery: Delivery): Promise<void> {
  for (const { id, keysSha256 } of await listLaterDeliveries(here.pool, delivery.source, delivery.id)) {
    if (keysSha256 !== null && delivery.keysSha256 !== null) {
      const { same } = await compareDeliveries(here.store, delivery.keysSha256, keysSha256);
      if (same === 0) continue;
    }
    const heir = await findDelivery(here.pool, id);
    if (heir !== null) await readOnceMore(here, heir, delivery.id);
  }
}

const NO_KEYS = {
  add: async () => undefined,
  finish: async () => "",
  close: async () => undefined,
};

async function readOnceMore(here: DeletionSurroundings, heir: Delivery, from: number): Promise<void> {
  const handling = (await listHandlings(here.pool)).get(heir.handling);
  if (handling === undefined) throw new Error(`delivery ${heir.id} names a handling that is not there`);
  const path = await here.store.localPath(heir.sha256);
  const { order, exercise } = await intakeOrderFor(here.pool, heir, path, here.claimsPerBatch);
  const publicData = await here.loadPublicData(exercise);
  const writer = openHeirWriter(here.connect, heir, handling, from);
  try {
    // One that was refused half-way is refused at the same place again.
    const refusal = await runThread(here, heir, { order, publicData }, writer, NO_KEYS);
    if (refusal !== null && heir.state === "done")
      throw new Error(`delivery ${heir.id} was read before and is refused now: ${refusal.code}`);
  } finally {
    await writer.close();
  }
}

async function deleteWhatItSaid(
  here: DeletionSurroundings,
  deletion: Deletion,
  delivery: Delivery,
): Promise<void> {
  const reading = await here.connect();
  try {
    await transaction(reading, async () => {
      for await (const threats of openDeliveryThreats(reading, delivery.id))
        await step(here, (db) => deleteStep(db, here, deletion, delivery, threats));
    });
  } finally {
    await reading.end();
  }
}

async function deleteStep(
  db: pg.ClientBase,
  here: DeletionSurroundings,
  deletion: Deletion,
  delivery: Delivery,
  threats: readonly string[],
): Promise<void> {
  await lockIntake(db, delivery.operation);
  const lost = await deleteAssertionsOf(db, delivery.id, threats);
  if (lost.length === 0) return;
  const touched = lost.map(({ threat }) => threat);
  const assertions = lost.reduce((sum, threat) => sum + threat.assertions, 0);
  const heirs = await countHeirs(db, delivery.id, touched);
  const vanished = await settleThreats(db, touched);
  for (const heir of heirs)
    await addDeliveryCounts(db, heir.delivery, { accepted: 0, newAssertions: 0, newThreats: heir.threats });
  const inherited = heirs.reduce((sum, heir) => sum + heir.threats, 0);
  await addDeliveryCounts(db, delivery.id, {
    accepted: 0,
    newAssertions: -assertions,
    newThreats: -(inherited + vanished.length),
  });
  const undone = await deleteOfVanished(db, vanished);
  await deleteClearedThreats(db, vanished);
  const others = await here.forget(db, { deletion, lost, vanished });
  await advanceDeletion(db, deletion.id, {
    counts: { assertions, threats: vanished.length, ...undone, ...others.counts },
    audiences: [...new Set(lost.flatMap(({ audiences }) => audiences))],
    files: others.files,
  });
}

async function audiencesOf(pool: pg.Pool, deletion: number): Promise<readonly number[]> {
  return (await findDeletion(pool, deletion))?.audiences ?? [];
}

async function sweepListings(
  here: DeletionSurroundings,
  operation: number,
  audiences: readonly number[],
): Promise<void> {
  const places = await listListingPlaces(here.pool, operation, audiences);
  for (let at = 0; at < places.length; at += LISTING_ROWS_PER_STEP)
    await step(here, async (db) => {
      await lockIntake(db, operation);
      await sweepListing(db, operation, places.slice(at, at + LISTING_ROWS_PER_STEP));
    });
}

async function sweepSearch(
  here: DeletionSurroundings,
  { operation, source }: Delivery,
  audiences: readonly number[],
): Promise<void> {
  await step(here, async (db) => {
    await lockSearch(db, operation);
    await deleteSearchable(db, operation, source, audiences);
    const queue = `threats.updateSearch:${operation}`;
    await addJob(db, "threats.updateSearch", { operation }, { queue, key: queue });
  });
}

/**
 * Deliveries are taken in in the order of their numbers, unless one failed and was tried again after others. Then its
 * counts do not come out even by the step, and those of the whole operation are counted anew.
 */
async function settleFirsts(here: DeletionSurroundings, { id, operation }: Delivery): Promise<void> {
  if ((await findDelivery(here.pool, id))?.newThreats === 0) return;
  await step(here, async (db) => {
    await lockIntake(db, operation);
    const firsts = new Map(
      (await countFirsts(db, operation)).map(({ delivery, threats }) => [delivery, threats]),
    );
    for (const delivery of await listDeliveries(db, operation)) {
      const newThreats = (firsts.get(delivery.id) ?? 0) - delivery.newThreats;
      await addDeliveryCounts(db, delivery.id, { accepted: 0, newAssertions: 0, newThreats });
    }
  });
}

/** Compares the deliveries that came after it with the one before it, and deletes it. */
async function deleteReceipts(
  here: DeletionSurroundings,
  deletion: Deletion,
  delivery: Delivery,
): Promise<void> {
  const followers: [number, number | null, DeliveryDifference | null][] = [];
  for (const { id, keysSha256, before, beforeKeys } of await listFollowers(here.pool, delivery.id)) {
    const difference =
      keysSha256 === null || beforeKeys === null
        ? null
        : await compareDeliveries(here.store, beforeKeys, keysSha256);
    followers.push([id, before, difference]);
  }
  await step(here, async (db) => {
    for (const [id, before, difference] of followers) await updatePrevious(db, id, before, difference);
    await deleteReceiptsOf(db, here.store, deletion, delivery);
  });
}

import { tmpdir } from "node:os";
import { Worker } from "node:worker_threads";
import type pg from "pg";
import {
  type Delivery,
  findDelivery,
  updateDeliveryDone,
  updateDeliveryReading,
  updateDeliveryRefused,
  upsertDeliveryPart,
} from "#capabilities/feeds/index.ts";
import { type ExerciseTables, type Handling, listHandlings } from "#capabilities/operations/index.ts";
import { asDiskProblem, type FileStore } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import { KEY_BYTES } from "../intake/batch.ts";
import { compareDeliveries, type KeyLog, openKeyLog } from "../intake/delivery-keys.ts";
import { intakeOrderFor } from "../intake/intake-order.ts";
import { type IntakeMessage, type ThreadData, WRITTEN } from "../intake/thread-messages.ts";
import { type BatchWriter, openBatchWriter } from "../intake/writer.ts";
import { namedReason } from "../model/named-reason.ts";

/** What the job needs of the process it runs in. */
export interface IntakeSurroundings {
  readonly pool: pg.Pool;
  readonly connect: () => Promise<pg.Client>;
  readonly store: FileStore;
  /** Folder (0700) for the files of deliveries under way. */
  readonly workFolder: string;
  /** The module that wires the parse thread. */
  readonly threadModule: URL;
  /** Data of the public tables, handed to that module as it is; loaded once per process and operation. */
  readonly loadPublicData: (exercise: ExerciseTables | null) => Promise<unknown>;
  /** Longest time the reading of one delivery may take; a hostile file must not hold the worker for ever. */
  readonly timeLimitMs: number;
  /** Default `CLAIMS_PER_BATCH`; see `IntakeOrder`. */
  readonly claimsPerBatch?: number | undefined;
}

/** Heap of the parse thread. Formats stream; what needs more than this is an attack or not for us. */
const THREAD_HEAP_MB = 320;

/** How long a short statement beside the batches keeps trying while the database is away. */
const PATIENCE_SECONDS = 60;

/**
 * Takes one received delivery in: reads, normalises, fuses, assigns and counts it, batch by committed batch. Killed
 * at any moment and run again, it goes on behind the last committed batch. Run again when done, it changes nothing.
 * @throws Problem `unavailable` when the database stays away or a disk is full; what is committed stays
 */
export async function takeDelivery(here: IntakeSurroundings, deliveryId: number): Promise<void> {
  const delivery = await read(() => findDelivery(here.pool, deliveryId));
  if (delivery === null || (delivery.state !== "received" && delivery.state !== "reading")) return;
  const handling = await read(() => handlingOf(here.pool, delivery));
  const path = await here.store.localPath(delivery.sha256);
  const { order, exercise } = await read(() =>
    intakeOrderFor(here.pool, delivery, path, here.claimsPerBatch),
  );
  const publicData = await here.loadPublicData(exercise);
  await write(here, (db) => updateDeliveryReading(db, delivery.id));

  const writer = openBatchWriter(here.connect, delivery, handling);
  const keys = await openKeyLog(here.workFolder);
  try {
    const refusal = await runThread(here, delivery, { order, publicData }, writer, keys);
    if (refusal !== null) {
      await write(here, async (db) => {
        await updateDeliveryRefused(db, delivery.id, refusal.code, refusal.reason);
        await askForSearch(db, delivery);
      });
      return;
    }
    const keysSha256 = await keys.finish(here.store);
    const before = await keysOfPrevious(here.pool, delivery);
    const difference = before === null ? null : await compareDeliveries(here.store, before, keysSha256);
    await write(here, async (db) => {
      await updateDeliveryDone(db, delivery.id, keysSha256, difference);
      await askForSearch(db, delivery);
    });
  } catch (error) {
    throw asDiskProblem(error, `${here.workFolder} or ${tmpdir()}`);
  } finally {
    await keys.close();
    await writer.close();
  }
}

/** Fragments are found a moment later; whole values are found already. Of several deliveries one job sees to all. */
async function askForSearch(db: pg.ClientBase, { operation }: Delivery): Promise<void> {
  const queue = `threats.updateSearch:${operation}`;
  await addJob(db, "threats.updateSearch", { operation }, { queue, key: queue });
}

async function keysOfPrevious(pool: pg.Pool, { previous }: Delivery): Promise<string | null> {
  if (previous === null) return null;
  return (await read(() => findDelivery(pool, previous)))?.keysSha256 ?? null;
}

function read<T>(work: () => Promise<T>): Promise<T> {
  return retryWhileUnavailable(work, PATIENCE_SECONDS);
}

function write(here: IntakeSurroundings, work: (db: pg.ClientBase) => Promise<void>): Promise<void> {
  return retryWhileUnavailable(() => transaction(here.pool, work), PATIENCE_SECONDS);
}

async function handlingOf(pool: pg.Pool, delivery: Delivery): Promise<Handling> {
  const handling = (await listHandlings(pool)).get(delivery.handling);
  if (handling === undefined)
    throw new Error(`delivery ${delivery.id} names handling ${delivery.handling}, which is not there`);
  return handling;
}

interface WholeRefusal {
  readonly code: string;
  readonly reason: string;
}

/** Runs the parse thread and writes what it posts, in order. Null when it was read, else why it was refused. */
export async function runThread(
  here: IntakeSurroundings,
  delivery: Delivery,
  data: ThreadData,
  writer: BatchWriter,
  keys: KeyLog,
): Promise<WholeRefusal | null> {
  const thread = new Worker(here.threadModule, {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
  });
  const deadline = setTimeout(() => void thread.terminate(), here.timeLimitMs);
  let refusal: WholeRefusal | null = null;
  let finished = false;
  let parts = 0;
  let unread = 0;
  let lastPartRefusal: WholeRefusal | null = null;
  let failure: unknown = null;
  let chain = Promise.resolve();

  const take = async (message: IntakeMessage): Promise<void> => {
    if (failure !== null) return;
    if (message.say === "batch") {
      const { claims } = message.batch;
      await keys.add(claims.keys.subarray(0, claims.count * KEY_BYTES));
      await writer.write(message.batch);
      thread.postMessage(WRITTEN);
    } else if (message.say === "part") {
      parts++;
      const { part, name, format, rows } = message;
      const partRefusal =
        message.refusal === null
          ? null
          : { code: message.refusal.code, reason: namedReason(name, message.refusal.reason) };
      if (partRefusal !== null && rows === 0) {
        unread++;
        lastPartRefusal = partRefusal;
      }
      await write(here, (db) =>
        upsertDeliveryPart(db, delivery.id, {
          part,
          name,
          format,
          rows,
          refusalCode: partRefusal?.code ?? null,
          refusalReason: partRefusal?.reason ?? null,
        }),
      );
    } else if (message.say === "refused")
      refusal = { code: message.code, reason: namedReason(data.order.file.name, message.reason) };
    else finished = true;
  };
  thread.on("message", (message: IntakeMessage) => {
    chain = chain
      .then(() => take(message))
      .catch((error: unknown) => {
        failure ??= error;
        void thread.terminate();
      });
  });
  const ended = await new Promise<{ readonly error: unknown }>((resolve) => {
    let error: unknown = null;
    thread.on("error", (thrown) => {
      error = thrown;
    });
    thread.on("exit", () => resolve({ error }));
  });
  clearTimeout(deadline);
  await chain;
  if (failure !== null) throw failure;
  if (refusal !== null) return refusal;
  if (finished) return parts > 0 && unread === parts ? lastPartRefusal : null;
  return explainEnd(ended.error, data.order.file.name, here.timeLimitMs);
}

/** The thread ended without saying why: out of memory, out of time, or a defect of ours (which travels on). */
function explainEnd(error: unknown, name: string, timeLimitMs: number): WholeRefusal {
  if (error === null) {
    return {
      code: "timeout",
      reason: `${name} was not read within ${timeLimitMs / 1000} seconds. Split it into smaller files.`,
    };
  }
  if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return {
      code: "too-big",
      reason: `${name} needs more memory to read than is allowed. Split it into smaller files.`,
    };
  }
  throw error;
}

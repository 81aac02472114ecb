import { z } from "zod";
import { findDeletion, findDelivery } from "#capabilities/feeds/index.ts";
import { insertTableEdition, loadPublicData } from "#capabilities/jurisdiction/index.ts";
import { stateRequestedFigures } from "#capabilities/outcomes/index.ts";
import { composePackages } from "#capabilities/packages/index.ts";
import {
  applyClearance,
  type IntakeSurroundings,
  takeDelivery,
  updateSearch,
} from "#capabilities/threats/index.ts";
import type { Task } from "#platform/jobs/worker.ts";
import { carryOutDeletion } from "./delete-delivery.ts";
import type { House } from "./house.ts";

const DeliveryJob = z.strictObject({ delivery: z.int() });
const DeletionJob = z.strictObject({ deletion: z.int() });
const ClearanceJob = z.strictObject({ clearance: z.int() });
const SearchJob = z.strictObject({ operation: z.int() });
const FiguresJob = z.strictObject({ operation: z.string(), reader: z.string(), asOf: z.number() });
const ComposeJob = z.strictObject({ operation: z.string(), country: z.string(), asOf: z.number() });

/** A delivery that takes longer than this to read is an attack, or belongs cut up. */
const READING_TIME_LIMIT_MS = 60 * 60_000;

/**
 * The jobs of the worker.
 * @param onPrinted told of the reports each job printed
 * @param changes for tests: many batches of few rows, a thread without public tables
 */
export function workerTasks(
  house: House,
  onPrinted: (reports: number) => void = () => undefined,
  changes: Partial<Pick<IntakeSurroundings, "claimsPerBatch" | "threadModule">> = {},
): Readonly<Record<string, Task>> {
  const { database, store, workFolder, ownTables } = house;
  const pool = database.pool("worker");
  const intakeOf = (delivery: number): IntakeSurroundings => ({
    pool,
    connect: () => database.connect("worker"),
    store,
    workFolder,
    threadModule: new URL("./intake-thread.ts", import.meta.url),
    async loadPublicData(exercise) {
      const data = await loadPublicData(exercise, ownTables);
      const received = await findDelivery(pool, delivery);
      if (received !== null) await insertTableEdition(pool, received.operation, data.edition);
      return data;
    },
    timeLimitMs: READING_TIME_LIMIT_MS,
    ...changes,
  });
  return {
    "threats.takeDelivery": (payload) => {
      const { delivery } = DeliveryJob.parse(payload);
      return takeDelivery(intakeOf(delivery), delivery);
    },
    "feeds.deleteDelivery": async (payload) => {
      const { deletion } = DeletionJob.parse(payload);
      const found = await findDeletion(pool, deletion);
      if (found !== null) await carryOutDeletion(intakeOf(found.delivery), deletion);
    },
    "threats.applyClearance": (payload) =>
      applyClearance({ pool, store }, ClearanceJob.parse(payload).clearance),
    "threats.updateSearch": (payload) => updateSearch(pool, SearchJob.parse(payload).operation),
    "outcomes.stateFigures": (payload) =>
      stateRequestedFigures({ pool, store, ownTables }, FiguresJob.parse(payload)),
    "packages.composePackages": async (payload) =>
      onPrinted(await composePackages({ pool, store, ownTables }, ComposeJob.parse(payload))),
  };
}

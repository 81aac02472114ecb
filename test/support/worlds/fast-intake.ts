import {
  findDelivery,
  readDelivery,
  updateDeliveryDone,
  upsertDeliveryPart,
} from "#capabilities/feeds/index.ts";
import { listHandlings } from "#capabilities/operations/index.ts";
import type { AssignPublic, IntakeSurroundings } from "#capabilities/threats/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { type IntakeBatch, KEY_BYTES } from "../../../src/capabilities/threats/intake/batch.ts";
import { createBatcher } from "../../../src/capabilities/threats/intake/batcher.ts";
import { compareDeliveries, openKeyLog } from "../../../src/capabilities/threats/intake/delivery-keys.ts";
import { intakeOrderFor } from "../../../src/capabilities/threats/intake/intake-order.ts";
import { openBatchWriter } from "../../../src/capabilities/threats/intake/writer.ts";

type Here = Pick<IntakeSurroundings, "pool" | "connect" | "store" | "workFolder">;

/** As the parse thread without public tables assigns; test/support/bare-intake-thread.ts. */
const assignNothing: AssignPublic = () => ({ country: null, basis: 0, flags: 0, refusal: null });

/** A batch of one part is small here: each of these reads a handful of rows. */
const CLAIMS_PER_BATCH = 256;

/**
 * Takes a small delivery in as `takeDelivery` does, by the same reader, batcher and writer, in this thread: starting a thread for
 * each costs half a second, and random worlds have many. A test beside this file holds that both store the same.
 */
export async function takeSmallDelivery(here: Here, id: number, assign = assignNothing): Promise<void> {
  const delivery = await findDelivery(here.pool, id);
  if (delivery === null || delivery.state !== "received") return;
  const handling = (await listHandlings(here.pool)).get(delivery.handling);
  if (handling === undefined) throw new Error(`delivery ${id} has no handling`);
  const { order } = await intakeOrderFor(here.pool, delivery, await here.store.localPath(delivery.sha256));
  const writer = openBatchWriter(here.connect, delivery, handling);
  const keys = await openKeyLog(here.workFolder);
  const batches: IntakeBatch[] = [];
  const batcher = createBatcher(order.facts, assign, (batch) => void batches.push(batch), CLAIMS_PER_BATCH);
  const parts: Parameters<typeof upsertDeliveryPart>[2][] = [];
  let rows = 0;
  try {
    await readDelivery(
      order.file,
      { format: order.format ?? undefined, mapping: order.mapping ?? undefined, pace: async () => undefined },
      {
        begin(part) {
          rows = 0;
          batcher.startPart(part);
        },
        end({ part, name, format, refusal }) {
          batcher.endPart();
          parts.push({
            part,
            name,
            format,
            rows,
            refusalCode: refusal?.code ?? null,
            refusalReason: refusal?.reason ?? null,
          });
        },
        sink: {
          row() {
            rows++;
            batcher.row();
          },
          claim: batcher.claim,
          refuse: batcher.refuse,
        },
      },
    );
    for (const batch of batches) {
      await keys.add(batch.claims.keys.subarray(0, batch.claims.count * KEY_BYTES));
      await writer.write(batch);
    }
    const keysSha256 = await keys.finish(here.store);
    const before =
      delivery.previous === null ? null : (await findDelivery(here.pool, delivery.previous))?.keysSha256;
    const difference = before == null ? null : await compareDeliveries(here.store, before, keysSha256);
    await transaction(here.pool, async (db) => {
      for (const part of parts) await upsertDeliveryPart(db, id, part);
      await updateDeliveryDone(db, id, keysSha256, difference);
    });
  } finally {
    await keys.close();
    await writer.close();
  }
}

import { parentPort, workerData } from "node:worker_threads";
import { type DeliveryReader, readDelivery, type UnreadablePart } from "#capabilities/feeds/index.ts";
import type { IntakeBatch } from "./batch.ts";
import { type AssignPublic, createBatcher } from "./batcher.ts";
import { BATCHES_UNDER_WAY, type IntakeMessage, type ThreadData } from "./thread-messages.ts";

/**
 * The parse thread's work: reads the ordered delivery and posts its batches. A stranger's file is read here and not
 * beside the database connection, with its own memory limit; what it can break is this thread.
 * @param openTables opens the public tables over the data passed on; given by `main/`, because threats does not know jurisdiction
 */
export async function readInThread(openTables: (publicData: unknown) => AssignPublic): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("readInThread runs in a worker thread");
  // The order was made by `takeDelivery` of this very version; it is not outside data.
  const { order, publicData } = workerData as ThreadData;
  const post = (message: IntakeMessage) => port.postMessage(message);

  let underWay = 0;
  let wake: (() => void) | null = null;
  port.on("message", () => {
    batcher.reuse();
    underWay--;
    wake?.();
  });
  const pace = async () => {
    while (underWay >= BATCHES_UNDER_WAY) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = null;
    }
  };

  const send = (batch: IntakeBatch) => {
    underWay++;
    post({ say: "batch", batch });
  };
  const batcher = createBatcher(order.facts, openTables(publicData), send, order.claimsPerBatch);
  let rows = 0;
  const reader: DeliveryReader = {
    begin(part) {
      rows = 0;
      batcher.startPart(part);
    },
    end(summary) {
      batcher.endPart();
      post({ say: "part", rows, ...summary });
    },
    sink: {
      row() {
        rows++;
        batcher.row();
      },
      claim: batcher.claim,
      refuse: batcher.refuse,
    },
  };
  const options = { format: order.format ?? undefined, mapping: order.mapping ?? undefined, pace };
  try {
    await readDelivery(order.file, options, reader);
    post({ say: "done" });
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    post({ say: "refused", code: error.code, reason: error.message });
  } finally {
    port.close();
  }
}

function isUnreadable(error: unknown): error is UnreadablePart {
  return error instanceof Error && error.name === "UnreadablePart";
}

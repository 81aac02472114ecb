import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPublicData } from "../../src/capabilities/jurisdiction/index.ts";
import { takeDelivery } from "../../src/capabilities/threats/index.ts";
import { localFileStore } from "../../src/platform/files/store.ts";
import { connectTo } from "../../src/platform/postgres/database.ts";

/*
 * A worker without the job queue: takes in the deliveries that its messages name, and answers each with the most memory it needed.
 * Its first argument says where.
 */
export interface WorkerOrder {
  readonly url: string;
  readonly folder: string;
  readonly threadModule: string;
  readonly timeLimitMs: number;
  readonly claimsPerBatch?: number | undefined;
}

export interface WorkerAnswer {
  readonly delivery: number;
  readonly peakBytes: number;
  readonly error: string | null;
}

if (process.argv[1] === import.meta.filename) {
  const order: WorkerOrder = JSON.parse(process.argv[2] ?? "{}");
  const database = connectTo(
    () => order.url,
    () => undefined,
  );
  const here = {
    pool: database.pool("worker"),
    connect: () => database.connect("worker"),
    store: localFileStore(join(order.folder, "files")),
    workFolder: order.folder,
    threadModule: new URL(order.threadModule),
    loadPublicData,
    timeLimitMs: order.timeLimitMs,
    claimsPerBatch: order.claimsPerBatch,
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", async (delivery: number) => {
    writeFileSync("/proc/self/clear_refs", "5"); // the high-water mark begins anew
    let error: string | null = null;
    try {
      await takeDelivery(here, delivery);
    } catch (thrown) {
      error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    }
    process.send?.({ delivery, peakBytes: peakMemory(), error } satisfies WorkerAnswer);
  });
}

function peakMemory(): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

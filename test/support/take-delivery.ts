import { join } from "node:path";
import { takeDelivery } from "../../src/capabilities/threats/index.ts";
import { localFileStore } from "../../src/platform/files/store.ts";
import { connectTo } from "../../src/platform/postgres/database.ts";

interface Order {
  readonly url: string;
  readonly folder: string;
  readonly delivery: number;
  readonly claimsPerBatch: number;
}

// One delivery taken in by a process of its own, as the message says, without public tables.
process.once("message", async ({ url, folder, delivery, claimsPerBatch }: Order) => {
  const database = connectTo(
    () => url,
    () => undefined,
  );
  const here = {
    pool: database.pool("worker"),
    connect: () => database.connect("worker"),
    store: localFileStore(join(folder, "files")),
    workFolder: folder,
    threadModule: new URL("./bare-intake-thread.ts", import.meta.url),
    timeLimitMs: 120_000,
    claimsPerBatch,
  };
  await takeDelivery(here, delivery);
  await database.close();
  process.disconnect();
});

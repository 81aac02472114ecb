import { openPublicTables } from "#capabilities/jurisdiction/index.ts";
import { readInThread } from "#capabilities/threats/index.ts";

// The parse thread of the worker: threats reads, jurisdiction knows the tables, only this file knows both.
await readInThread(async (order) => (await openPublicTables(order.exercise)).assignPublic);

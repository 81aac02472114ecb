import { type PublicData, tablesFrom } from "#capabilities/jurisdiction/index.ts";
import { readInThread } from "#capabilities/threats/index.ts";

// The parse thread of the worker: threats reads, jurisdiction knows the tables, only main knows both. The data comes
// from `loadPublicData` in main/worker.ts of this very version.
await readInThread((publicData) => tablesFrom(publicData as PublicData).assignPublic);

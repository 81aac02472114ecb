/** What capabilities to the right and the programs may call. */
export { exportLog, proveConsistency, proveEntry } from "./acts/exportLog.ts";
export { openRecorder, type Recorder } from "./acts/recordEntry.ts";
export { requestCheckpoint } from "./acts/requestCheckpoint.ts";
export { signCheckpoint } from "./acts/signCheckpoint.ts";
export type { NewEntry } from "./model/entry.ts";
export { PURPOSES, purposeOf } from "./model/purposes.ts";
export { openRefusalTally, type RefusalTally } from "./model/refusal-tally.ts";
export { routes as auditRoutes } from "./routes.ts";

import { runProgram } from "../../src/main/program.ts";
import { workerTasks } from "../../src/main/worker-tasks.ts";

/**
 * The worker as it is, but with so few claims per batch that a short delivery has many borders to be killed at, and
 * without public tables, whose loading is most of a thread's start.
 */
export const CLAIMS_PER_SMALL_BATCH = 500;

if (process.argv[1] === import.meta.filename) {
  await runProgram("worker", "worker", async (house) =>
    workerTasks(house, undefined, {
      claimsPerBatch: CLAIMS_PER_SMALL_BATCH,
      threadModule: new URL("./bare-intake-thread.ts", import.meta.url),
    }),
  );
}

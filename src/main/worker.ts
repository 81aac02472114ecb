import { runProgram } from "./program.ts";
import { workerTasks } from "./worker-tasks.ts";

/**
 * Reports after which the process begins anew. Typst's compiler keeps about 0.3 MB of each outside the heap, whatever
 * is evicted; a start costs a second or two, so this many keep the growth under 100 MB for next to nothing.
 */
const REPORTS_PER_PROCESS = 300;

let printed = 0;

/** Reads strangers' files and composes packages. Holds no key. */
await runProgram(
  "worker",
  "worker",
  async (house) =>
    workerTasks(house, (reports) => {
      printed += reports;
    }),
  () => printed >= REPORTS_PER_PROCESS,
);

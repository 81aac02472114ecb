import { runProgram } from "./program.ts";
import { workerTasks } from "./worker-tasks.ts";

/** Reads strangers' files and composes packages. Holds no key. */
await runProgram("worker", "worker", async (house) => workerTasks(house));

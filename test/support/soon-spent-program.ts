import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../src/main/program.ts";

/*
 * A worker that is spent after two jobs of a test. It writes a line `<process> <job>` into the data folder for each of
 * them, and takes the jobs of the real worker to be none of its own.
 */
let done = 0;

await runProgram(
  "worker",
  "worker",
  async ({ dataDir }) => ({
    "test.print": async (_payload, { jobId }) => {
      done++;
      await appendFile(join(dataDir, "printed"), `${process.pid} ${jobId}\n`);
    },
  }),
  () => done >= 2,
);

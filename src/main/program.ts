import type { Task } from "#platform/jobs/worker.ts";
import { runWorker } from "#platform/jobs/worker.ts";
import { type House, openHouse } from "./house.ts";

/** What a child program tells the one that supervises it. */
export interface JobTrouble {
  readonly id: string;
  readonly job: string;
  readonly message: string;
}

/**
 * Runs one program that works off jobs until it is told to stop, or until the program that started it is gone
 * (the channel to it closes, however it went).
 */
export async function runProgram(
  name: string,
  role: "worker" | "signer",
  tasksOf: (house: House) => Promise<Readonly<Record<string, Task>>>,
): Promise<void> {
  const house = await openHouse(name);
  const worker = await runWorker(house.database.pool(role), await tasksOf(house), {
    concurrency: house.settings.workerConcurrency,
    onError(error, job) {
      house.log.error({ err: error, job: job?.name, id: job?.id }, "job failed");
      if (job !== undefined && process.connected) {
        const trouble: JobTrouble = {
          id: job.id,
          job: job.name,
          message: error instanceof Error ? error.message : String(error),
        };
        process.send?.(trouble);
      }
    },
  });
  house.log.info({ worker: worker.id }, "ready");
  process.send?.("ready");
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await worker.stop();
    await house.close();
    process.exit(0);
  };
  for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, () => void end());
}

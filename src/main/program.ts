import type { Task } from "#platform/jobs/worker.ts";
import { runWorker } from "#platform/jobs/worker.ts";
import { type House, openHouse } from "./house.ts";

/** What a child program tells the one that supervises it. */
export interface JobTrouble {
  readonly id: string;
  readonly job: string;
  readonly message: string;
}

/** Spent: the program ends in order, between two jobs, and another should take its place. */
export type ProgramMessage = "ready" | "spent" | JobTrouble;

/**
 * Runs one program that works off jobs until it is told to stop, or until the program that started it is gone
 * (the channel to it closes, however it went).
 * @param isSpent asked after each job: whether the program had better begin anew. It then takes no more jobs, waits
 *   for those running and ends. Only where a supervisor listens: alone, nobody would start it again.
 */
export async function runProgram(
  name: string,
  role: "worker" | "signer",
  tasksOf: (house: House) => Promise<Readonly<Record<string, Task>>>,
  isSpent: () => boolean = () => false,
): Promise<void> {
  const house = await openHouse(name);
  let isEnding = false;
  const tasks = eachFollowedBy(await tasksOf(house), () => {
    if (isEnding || !process.connected || !isSpent()) return;
    tell("spent");
    void end();
  });
  const worker = await runWorker(house.database.pool(role), tasks, {
    concurrency: house.settings.workerConcurrency,
    onError(error, job) {
      house.log.error({ err: error, job: job?.name, id: job?.id }, "job failed");
      if (job === undefined || !process.connected) return;
      tell({ id: job.id, job: job.name, message: error instanceof Error ? error.message : String(error) });
    },
  });
  house.log.info({ worker: worker.id }, "ready");
  tell("ready");
  async function end(): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    await worker.stop();
    await house.close();
    process.exit(0);
  }
  for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, () => void end());
}

function tell(message: ProgramMessage): void {
  process.send?.(message);
}

function eachFollowedBy(
  tasks: Readonly<Record<string, Task>>,
  then: () => void,
): Readonly<Record<string, Task>> {
  const followed = (task: Task): Task =>
    async function runAndLookBack(payload, context) {
      try {
        await task(payload, context);
      } finally {
        then();
      }
    };
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, followed(task)]));
}

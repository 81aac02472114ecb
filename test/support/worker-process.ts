import { fork } from "node:child_process";
import { once } from "node:events";
import type { Intake } from "./intake.ts";
import type { WorkerAnswer, WorkerOrder } from "./take-delivery.ts";

/** A process that takes deliveries in as the worker does, beside other such processes and without the job queue. */
export interface WorkerProcess {
  readonly pid: number;
  /** Ends when the delivery is done or has failed. One at a time. */
  take(delivery: number): Promise<WorkerAnswer>;
  end(): Promise<void>;
}

export function startWorkerProcess({ database, here }: Intake): WorkerProcess {
  const order: WorkerOrder = {
    url: database.urlFor("worker"),
    folder: here.workFolder,
    threadModule: here.threadModule.href,
    timeLimitMs: here.timeLimitMs,
    claimsPerBatch: here.claimsPerBatch,
  };
  // The address is of a test's database and protects nothing.
  const child = fork(new URL("./take-delivery.ts", import.meta.url), [JSON.stringify(order)], {
    execArgv: [],
  });
  return {
    pid: child.pid ?? 0,
    async take(delivery) {
      const waiting = new AbortController();
      const { signal } = waiting;
      child.send(delivery);
      try {
        return await Promise.race([
          // It sends nothing else.
          once(child, "message", { signal }).then(([answer]) => answer as WorkerAnswer),
          once(child, "exit", { signal }).then(() => {
            throw new Error(`the worker process ended in the middle of delivery ${delivery}`);
          }),
        ]);
      } finally {
        waiting.abort();
      }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

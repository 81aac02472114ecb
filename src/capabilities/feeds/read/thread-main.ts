import { parentPort, workerData } from "node:worker_threads";
import { UnreadablePart } from "../format.ts";
import type { SinkCall, ThreadMessage, ThreadReader } from "./in-thread.ts";

/*
 * The inside of `runInThread`: loads the module, calls it, sends what it gives in batches. The thread holds at most
 * MAX_AHEAD batches that the other side has not taken.
 */
const BATCH = 500;
const MAX_AHEAD = 16;

interface Job {
  readonly module: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options: unknown;
  readonly taken: Int32Array<SharedArrayBuffer>;
}

// Safe: only `runInThread` starts this file, with exactly these.
const job = workerData as Job;
let sent = 0;
let batch: unknown[] = [];

function send(message: ThreadMessage<unknown>): void {
  parentPort?.postMessage(message);
  sent++;
  for (let taken = Atomics.load(job.taken, 0); sent - taken > MAX_AHEAD; taken = Atomics.load(job.taken, 0)) {
    Atomics.wait(job.taken, 0, taken, 1000);
  }
}

function flush(): void {
  if (batch.length > 0) send({ kind: "items", items: batch });
  batch = [];
}

function emit(item: unknown): void {
  batch.push(item);
  if (batch.length >= BATCH) flush();
}

const sink = {
  row: () => emit({ kind: "row" } satisfies SinkCall),
  claim: (claim) => emit({ kind: "claim", claim } satisfies SinkCall),
  refuse: (refusal) => emit({ kind: "refuse", refusal } satisfies SinkCall),
} satisfies Parameters<ThreadReader["read"]>[1];

try {
  // A computed import is `any`. What it exports is checked to be a function; its signature is the starter's promise.
  const loaded = (await import(job.module)) as Record<string, unknown>;
  const call = loaded[job.name] as ((...args: unknown[]) => unknown) | undefined;
  if (typeof call !== "function") throw new Error(`${job.module} exports no function ${job.name}`);
  await call(job.bytes, job.name === "read" ? sink : emit, job.options);
  flush();
  send({ kind: "done" });
} catch (error) {
  flush();
  const isAnswer = error instanceof UnreadablePart;
  send({
    kind: "failed",
    code: isAnswer ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
  });
}

import { Worker } from "node:worker_threads";
import {
  type Claim,
  type PartInput,
  type ReadOptions,
  type Refusal,
  type RowSink,
  UnreadablePart,
} from "../format.ts";

/** What one reading in a thread may cost. Reports and workbooks of partners stay far below; what does not is refused. */
export const THREAD_LIMITS = {
  /** The file is handed over in one piece. */
  fileBytes: 64 * 1024 ** 2,
  /** JavaScript heap of the thread; beyond it the engine ends the thread and only the thread. */
  heapMebibytes: 256,
  /** Growth of the whole process while the thread runs, because buffers lie outside the heap and no limit of the engine counts them. */
  growthBytes: 400 * 1024 ** 2,
  seconds: 60,
} as const;

export type ThreadLimits = { readonly [limit in keyof typeof THREAD_LIMITS]: number };

/** What a module read in a thread exports. Bytes in, rows out; it may throw `UnreadablePart`. */
export interface ThreadReader {
  read(bytes: Uint8Array, sink: RowSink, options: ReadOptions): Promise<void>;
}

/** One call of the sink, as it crosses from the thread. */
export type SinkCall =
  | { readonly kind: "row" }
  | { readonly kind: "claim"; readonly claim: Claim }
  | { readonly kind: "refuse"; readonly refusal: Refusal };

/**
 * Reads a part with a `ThreadReader` module in a worker thread of its own, because libraries for binary formats can be made to eat memory, to loop or to
 * crash. Rows come over in batches while it reads, and the thread waits when we fall behind.
 * @throws UnreadablePart `too-big` (file, heap, buffers), `timeout`, `broken` (anything else that ends the thread), naming the part
 */
export async function readInThread(
  module: URL,
  part: PartInput,
  sink: RowSink,
  options: ReadOptions,
  limits: Partial<ThreadLimits> = {},
): Promise<void> {
  const bytes = await wholeFile(part, limits.fileBytes ?? THREAD_LIMITS.fileBytes);
  const plainOptions = { mapping: options.mapping, timeZone: options.timeZone };
  await runInThread<SinkCall>(module, "read", bytes, plainOptions, part.name, limits, (call) => {
    if (call.kind === "row") sink.row();
    else if (call.kind === "claim") sink.claim(call.claim);
    else sink.refuse(call.refusal);
  });
}

/** All bytes of a part, in a buffer of their own. Throws `too-big` beyond `maxBytes`. */
export async function wholeFile(part: PartInput, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (part.sizeBytes > maxBytes) throw tooBig(part.name, `it is larger than ${mebibytes(maxBytes)}`);
  const whole = new Uint8Array(part.sizeBytes);
  let at = 0;
  for await (const chunk of part.bytes()) {
    whole.set(chunk.subarray(0, whole.length - at), at);
    at += chunk.length;
  }
  return whole.subarray(0, at);
}

/**
 * Calls `module[name]` in a thread with the bytes (which are moved there and gone here), the options and a function that sends an item back; `onItem` gets the items
 * in order. Items must be plain data.
 */
export async function runInThread<Item>(
  module: URL,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: unknown,
  partName: string,
  given: Partial<ThreadLimits>,
  onItem: (item: Item) => void,
): Promise<void> {
  const limits: ThreadLimits = { ...THREAD_LIMITS, ...given };
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./thread-main.ts", import.meta.url), {
    workerData: { module: module.href, name, bytes, options, taken },
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMebibytes, maxYoungGenerationSizeMb: 32 },
    // Strangers' files must find neither our settings nor our output.
    env: {},
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
  });
  await new Promise<void>((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearInterval(guard);
      void worker.terminate().then(act);
    };
    const timer = setTimeout(() => {
      const message = `${partName}: reading took longer than ${limits.seconds} seconds. Hand it in as CSV or text, or in smaller pieces.`;
      settle(() => reject(new UnreadablePart("timeout", message)));
    }, limits.seconds * 1000);
    const before = process.memoryUsage.rss();
    const guard = setInterval(() => {
      if (process.memoryUsage.rss() - before > limits.growthBytes) {
        settle(() => reject(tooBig(partName, "reading it takes too much memory")));
      }
    }, 100);
    worker.on("message", (message: ThreadMessage<Item>) => {
      if (settled) return;
      try {
        if (message.kind === "items") for (const item of message.items) onItem(item);
      } catch (error) {
        settle(() => reject(error));
        return;
      }
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      if (message.kind === "done") settle(resolve);
      if (message.kind === "failed") settle(() => reject(failure(message, partName)));
    });
    worker.on("error", (error) => settle(() => reject(crash(error, partName))));
    worker.on("exit", () => settle(() => reject(broken(partName, new Error("the thread ended early")))));
  });
}

/** What the thread sends. */
export type ThreadMessage<Item> =
  | { readonly kind: "items"; readonly items: readonly Item[] }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: UnreadablePart["code"] | null; readonly message: string };

function failure(
  failed: Extract<ThreadMessage<never>, { kind: "failed" }>,
  partName: string,
): UnreadablePart {
  if (failed.code === null) return broken(partName, new Error(failed.message));
  const message = failed.message.startsWith(partName) ? failed.message : `${partName}: ${failed.message}`;
  return new UnreadablePart(failed.code, message);
}

function crash(error: unknown, partName: string): UnreadablePart {
  const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isMemory ? tooBig(partName, "reading it takes too much memory") : broken(partName, error);
}

function broken(partName: string, cause: unknown): UnreadablePart {
  return new UnreadablePart(
    "broken",
    `${partName}: the file is damaged or not what it says it is. Open and save it again, or hand it in as CSV or text.`,
    { cause },
  );
}

function tooBig(partName: string, why: string): UnreadablePart {
  return new UnreadablePart("too-big", `${partName}: ${why}. Hand it in as CSV, or in smaller pieces.`);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

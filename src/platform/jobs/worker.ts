import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, runTaskList, type TaskList, type WorkerPool } from "graphile-worker";
import type { Pool } from "pg";
import {
  BEAT_SECONDS,
  beat,
  releaseDeadWorkers,
  retryFailedJobs,
  signOff,
  unlockJobs,
  workerProcessId,
} from "./worker-process.ts";

export interface JobContext {
  readonly jobId: string;
  /** 1 at first. */
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  /** Aborted when the worker is to end: stop at the next safe point. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Does one job. Runs at least once, perhaps twice at the same time (a worker cut off from the database): what it records
 * must be idempotent, in a transaction of its own. An error means: again later, waiting longer each time.
 */
export type Task = (payload: unknown, context: JobContext) => Promise<void>;

export interface WorkerOptions {
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** Told of every failed attempt (with the job's name) and of trouble with the queue itself (without). */
  readonly onError: (error: unknown, job?: { name: string; id: string; isLastAttempt: boolean }) => void;
}

export interface Worker {
  /** As other processes see it. */
  readonly id: string;
  /** Takes no more jobs, waits for those running, signs off. */
  stop(): Promise<void>;
}

/**
 * Works off the queue until stopped: woken by the database when a job is committed, at most 2 s late when the message was
 * lost. First, and every 10 s, frees the jobs of workers that died; first also
 * tries again what had failed. Outlives the loss of the database. `pool` is
 * one of role worker or signer and needs `concurrency` + 2 connections.
 */
export async function runWorker(
  pool: Pool,
  tasks: Readonly<Record<string, Task>>,
  options: WorkerOptions,
): Promise<Worker> {
  const id = workerProcessId();
  await beat(pool, id);
  await releaseDeadWorkers(pool);
  await retryFailedJobs(pool, Object.keys(tasks));
  const ending = new AbortController();
  const beating = keepBeating(pool, id, options, ending.signal);
  const queue = { current: takeJobs(pool, id, tasks, options) };
  const restart = async () => {
    await unlockJobs(pool, [id]);
    if (!ending.signal.aborted) queue.current = takeJobs(pool, id, tasks, options);
  };
  const working = keepWorking(queue, restart, options, ending.signal);
  return {
    id,
    async stop() {
      ending.abort();
      await Promise.resolve(queue.current.gracefulShutdown()).catch(options.onError);
      await Promise.all([working, beating]);
      await signOff(pool, id);
    },
  };
}

function takeJobs(
  pool: Pool,
  id: string,
  tasks: Readonly<Record<string, Task>>,
  options: WorkerOptions,
): WorkerPool {
  const events = new EventEmitter();
  // Jobs are locked in the name of the pool. The library makes it up; ours says who lives. It is set before the first job is taken.
  events.on("pool:create", ({ workerPool }: { workerPool: WorkerPool }) => {
    workerPool.id = id;
  });
  events.on("job:error", ({ job, error }: JobErrorEvent) => {
    options.onError(error, {
      name: job.task_identifier,
      id: job.id,
      isLastAttempt: job.attempts >= job.max_attempts,
    });
  });
  const taken = runTaskList(
    {
      concurrency: options.concurrency,
      pollInterval: 2000,
      noHandleSignals: true,
      events,
      logger: silentLogger,
      // Results are reported in batches of no delay: only then does the end of the pool wait until they are stored.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    },
    asTaskList(tasks),
    pool,
  );
  // A worker looks for its next job while the end of the last is still being stored, finds that one's queue taken, and
  // would sleep for two seconds.
  let isOpen = true;
  events.on("pool:gracefulShutdown", () => {
    isOpen = false;
  });
  events.on("job:complete", () => {
    setTimeout(() => isOpen && taken.nudge(1), 30).unref();
  });
  return taken;
}

interface JobErrorEvent {
  readonly job: { task_identifier: string; id: string; attempts: number; max_attempts: number };
  readonly error: unknown;
}

function asTaskList(tasks: Readonly<Record<string, Task>>): TaskList {
  const list: TaskList = {};
  for (const [name, task] of Object.entries(tasks)) {
    list[name] = async (payload, helpers) => {
      await task(payload, {
        jobId: helpers.job.id,
        attempt: helpers.job.attempts,
        isLastAttempt: helpers.job.attempts >= helpers.job.max_attempts,
        signal: helpers.abortSignal,
      });
    };
  }
  return list;
}

/** The library tells its log what it also tells by events, with whole payloads; those are not for logs. */
const silentLogger = new Logger(() => () => undefined);

/**
 * The library's pool gives up when it cannot report a result (the database is gone). Then a new one takes over, once
 * the jobs that the old one left locked in our name are free.
 */
async function keepWorking(
  // Held in an object: the pool itself is a promise of its end, and awaiting a function that gave it would wait for that.
  queue: { readonly current: WorkerPool },
  restart: () => Promise<void>,
  options: WorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await queue.current.promise;
      if (!signal.aborted) await restart();
    } catch (error) {
      options.onError(error);
      await sleep(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function keepBeating(
  pool: Pool,
  id: string,
  options: WorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(BEAT_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await beat(pool, id);
      await releaseDeadWorkers(pool);
    } catch (error) {
      options.onError(error);
    }
  }
}

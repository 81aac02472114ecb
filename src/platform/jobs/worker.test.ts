import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { transaction } from "../postgres/transaction.ts";
import { addJob } from "./add-job.ts";
import { runWorker, type Worker, type WorkerOptions } from "./worker.ts";
import { releaseDeadWorkers } from "./worker-process.ts";

const database = withDatabase();
const workers: Worker[] = [];

beforeAll(async () => {
  await database()
    .pool("owner")
    .query(
      `create table public.done (job text primary key, attempt int);
       grant usage on schema public to muster_worker; grant insert, select on public.done to muster_worker`,
    );
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await database().pool("owner").query("delete from graphile_worker._private_jobs; delete from public.done");
});

async function work(tasks: Parameters<typeof runWorker>[1], onError: WorkerOptions["onError"] = fail) {
  const worker = await runWorker(database().pool("worker"), tasks, { concurrency: 2, onError });
  workers.push(worker);
  return worker;
}

function fail(error: unknown): void {
  throw error;
}

async function until(condition: () => boolean | Promise<boolean>, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("waited too long");
    await sleep(20);
  }
}

const enqueue = (name: string, payload: Record<string, unknown>) =>
  transaction(database().pool("app"), (client) => addJob(client, name, payload));

describe("addJob", () => {
  it("is part of the caller's transaction: rolled back, it never runs; committed, it runs at once", async () => {
    const seen: unknown[] = [];
    await work({ note: async (payload) => void seen.push(payload) });
    await expect(
      transaction(database().pool("app"), async (client) => {
        await addJob(client, "note", { from: "rolled back" });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    const committed = Date.now();
    await enqueue("note", { from: "committed" });
    await until(() => seen.length > 0);
    expect(Date.now() - committed).toBeLessThan(1500);
    expect(seen).toEqual([{ from: "committed" }]);
  });

  it("lets the program that faces people neither read nor take jobs", async () => {
    const app = database().pool("app");
    await expect(app.query("select * from graphile_worker._private_jobs")).rejects.toThrow(
      "permission denied",
    );
    await expect(app.query("select * from platform.worker_process")).rejects.toThrow("permission denied");
  });

  it("refuses a job that a killed worker would lose", async () => {
    await expect(addJob(await database().connect("app"), "note", {}, { maxAttempts: 1 })).rejects.toThrow(
      RangeError,
    );
  });

  it("replaces a job of the same key that has not begun", async () => {
    const seen: unknown[] = [];
    await transaction(database().pool("worker"), async (client) => {
      await addJob(client, "count", { turn: 1 }, { key: "one" });
      await addJob(client, "count", { turn: 2 }, { key: "one" });
    });
    await work({ count: async (payload) => void seen.push(payload) });
    await until(() => seen.length > 0);
    await sleep(100);
    expect(seen).toEqual([{ turn: 2 }]);
  });
});

describe("runWorker", () => {
  it("runs jobs of one queue one after another, in order", async () => {
    const seen: string[] = [];
    await transaction(database().pool("worker"), async (client) => {
      for (const turn of [1, 2, 3]) await addJob(client, "step", { turn }, { queue: "row" });
    });
    await work({
      step: async (payload) => {
        seen.push(`begin ${JSON.stringify(payload)}`);
        await sleep(30);
        seen.push(`end ${JSON.stringify(payload)}`);
      },
    });
    await until(() => seen.length === 6);
    expect(seen).toEqual([1, 2, 3].flatMap((turn) => [`begin {"turn":${turn}}`, `end {"turn":${turn}}`]));
  });

  it("tries at its start what failed before it, also what was given up, and leaves other programs' jobs alone", async () => {
    const owner = database().pool("owner");
    for (const turn of [1, 2]) await enqueue("mended", { turn });
    await enqueue("elsewhere", {});
    await owner.query(
      `update graphile_worker._private_jobs set last_error = 'broken', run_at = now() + interval '2 hours',
              attempts = case when payload->>'turn' = '2' then max_attempts else 9 end`,
    );
    const attempts: number[] = [];
    const worker = await work({ mended: async (_payload, { attempt }) => void attempts.push(attempt) });
    await until(() => attempts.length === 2);
    // A job leaves the queue only after its task has returned; the worker's end waits for that.
    await worker.stop();
    workers.splice(0);
    expect(attempts).toEqual([1, 1]);
    const left = await owner.query("select attempts from graphile_worker._private_jobs");
    expect(left.rows).toEqual([{ attempts: 9 }]);
  });

  it("reports a failed attempt by name and keeps the job for later", async () => {
    const failures: string[] = [];
    await work(
      {
        broken: async () => {
          throw new Error("not today");
        },
      },
      (error, job) => failures.push(`${job?.name}: ${String(error)}`),
    );
    await enqueue("broken", {});
    await until(() => failures.length > 0);
    expect(failures).toEqual(["broken: Error: not today"]);
    await until(async () => (await lockHolders()).length === 0);
    expect(await jobsLeft()).toBe(1);
  });

  it("goes on after its connections were cut", async () => {
    const seen: unknown[] = [];
    await work({ note: async (payload) => void seen.push(payload) }, () => undefined);
    await database()
      .pool("owner")
      .query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'muster_worker'")
      .catch(() => undefined);
    await enqueue("note", { after: "the cut" });
    await until(() => seen.length > 0, 8000);
  });

  it("waits for running jobs when it is stopped, and signs off", async () => {
    let finished = false;
    let begun = false;
    const worker = await work({
      slow: async () => {
        begun = true;
        await sleep(300);
        finished = true;
      },
    });
    await enqueue("slow", {});
    await until(() => begun);
    await worker.stop();
    workers.pop();
    expect(finished).toBe(true);
    expect(await jobsLeft()).toBe(0);
    expect((await database().pool("owner").query("select from platform.worker_process")).rowCount).toBe(0);
  });
});

async function lockHolders(): Promise<string[]> {
  const { rows } = await database()
    .pool("owner")
    .query<{ locked_by: string }>(
      "select locked_by from graphile_worker._private_jobs where locked_by is not null",
    );
  return rows.map((row) => row.locked_by);
}

async function jobsLeft(): Promise<number> {
  return (await database().pool("owner").query("select from graphile_worker._private_jobs")).rowCount ?? 0;
}

describe("a killed worker", () => {
  it("has its job run again promptly by another, and the result is recorded exactly once", async () => {
    const child = startChild();
    try {
      await enqueue("record", { wait: true });
      await once(child, "message");
      const [holder] = await lockHolders();
      expect(holder).toMatch(new RegExp(`^muster \\w+ ${child.pid} `));
      child.kill("SIGKILL");
      await once(child, "exit");
    } finally {
      child.kill("SIGKILL");
    }
    const killed = Date.now();
    await work({
      record: async (_payload, context) => {
        await database()
          .pool("worker")
          .query("insert into public.done values ($1, $2)", [context.jobId, context.attempt]);
      },
    });
    await until(async () => (await jobsLeft()) === 0);
    expect(Date.now() - killed).toBeLessThan(4000);
    const done = await database().pool("owner").query("select attempt from public.done");
    expect(done.rows).toEqual([{ attempt: 2 }]);
  });

  it("is told from a living one: that one keeps its job", async () => {
    const child = startChild();
    try {
      await enqueue("record", { wait: true });
      await once(child, "message");
      expect(await releaseDeadWorkers(database().pool("worker"))).toEqual([]);
      expect(await lockHolders()).toHaveLength(1);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(await releaseDeadWorkers(database().pool("worker"))).toHaveLength(1);
  });

  it("of another machine is given up after thirty seconds of silence, not before", async () => {
    const owner = database().pool("owner");
    await owner.query(
      `insert into platform.worker_process (id, beat_at) values
         ('muster other 1 1 a', now() - interval '29 s'), ('muster other 2 2 b', now() - interval '31 s')`,
    );
    expect(await releaseDeadWorkers(database().pool("worker"))).toEqual(["muster other 2 2 b"]);
    await owner.query("delete from platform.worker_process");
  });
});

/** A worker process that takes one job, says so, and never finishes it. */
function startChild(): ChildProcess {
  const program = `
    import pg from "pg";
    import { runWorker } from ${JSON.stringify(new URL("./worker.ts", import.meta.url).href)};
    const pool = new pg.Pool({ connectionString: process.env.URL });
    pool.on("error", () => {}); pool.on("connect", (c) => c.on("error", () => {}));
    await runWorker(pool, { record: () => { process.send("taken"); return new Promise(() => setInterval(() => {}, 1000)); } },
      { concurrency: 1, onError: console.error });`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { URL: database().urlFor("worker") },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

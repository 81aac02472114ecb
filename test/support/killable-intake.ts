import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { findPostmaster } from "../../src/platform/postgres/postmaster.ts";

/** Muster taking an operation folder in, as processes of their own that a test kills and starts again. */
export interface KillableIntake {
  /** Starts the programs unless they run. */
  start(): void;
  /** Whether the programs ended in order, everything read. */
  isDone(): boolean;
  /** Batches committed over all deliveries; null while the database cannot be asked. */
  committedBatches(): Promise<number | null>;
  /** Kills (9) what is there of it and says whether there was anything. */
  kill(what: KillTarget): boolean;
  /** Whether the programs ended with an error. */
  hasFailed(): boolean;
  /** Sends a signal to all processes of the server, or, for a shutdown, to the first of them. */
  signalServer(signal: "SIGSTOP" | "SIGCONT" | "SIGINT"): void;
  /** Answers of the database, once it can be asked. */
  ask<Row extends pg.QueryResultRow>(query: string): Promise<Row[]>;
  /** Ends whatever still runs. */
  end(): Promise<void>;
}

/** The programs are those `muster` starts: the command, the worker, the signer; all are these and the server. */
export type KillTarget = "worker" | "server" | "programs" | "all";

export function openKillableIntake(dataDir: string, operationFolder: string): KillableIntake {
  const cluster = join(dataDir, "postgres", "db");
  let supervisor: ChildProcess | null = null;
  let address: string | null = null;
  let done = false;
  let failed = false;
  let client: pg.Client | null = null;

  const start = () => {
    if (supervisor !== null || done) return;
    const child = fork(new URL("./intake-supervisor.ts", import.meta.url), [dataDir, operationFolder], {
      // A group of its own, so that one signal reaches all its programs.
      detached: true,
      // Half of a start is the reading of modules; fifty starts need them read once.
      env: {
        ...process.env,
        MUSTER_LOG_LEVEL: "silent",
        NODE_COMPILE_CACHE: join(operationFolder, "modules"),
      },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      execArgv: [],
    });
    supervisor = child;
    child.on("message", (message: { address: string }) => {
      address = message.address;
    });
    child.on("exit", (code) => {
      if (supervisor === child) supervisor = null;
      if (code === 0) done = true;
      else failed = true;
    });
  };
  const connected = async (): Promise<pg.Client | null> => {
    if (client !== null || address === null) return client;
    const made = new pg.Client({ connectionString: address, connectionTimeoutMillis: 1000 });
    made.on("error", () => {
      if (client === made) client = null;
    });
    await made.connect();
    client = made;
    return made;
  };
  const query = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[] | null> => {
    try {
      return (await (await connected())?.query<Row>(text))?.rows ?? null;
    } catch {
      client = null; // it was killed, or the tables are not there yet
      return null;
    }
  };
  const killPid = (pid: number | undefined): boolean => {
    if (pid === undefined) return false;
    try {
      process.kill(pid, "SIGKILL");
      return true;
    } catch {
      return false; // it went by itself
    }
  };
  const serverPid = () => findPostmaster(cluster)?.pid;
  return {
    start,
    isDone: () => done,
    hasFailed: () => failed,
    signalServer(signal) {
      const pid = serverPid();
      if (pid === undefined) return;
      for (const one of signal === "SIGINT" ? [pid] : [pid, ...childrenOf(pid)]) {
        try {
          process.kill(one, signal);
        } catch {
          // it went by itself
        }
      }
    },
    async committedBatches() {
      const rows = await query<{ batches: number }>(
        "select sum(batches)::integer as batches from feeds.delivery",
      );
      return rows?.[0]?.batches ?? null;
    },
    kill(what) {
      const parent = supervisor?.pid;
      if (what === "worker") {
        if (parent === undefined) return false;
        return workersOf(parent).filter((pid) => killPid(pid)).length > 0;
      }
      if (what === "server") return killPid(serverPid());
      const killed = parent !== undefined && killPid(-parent);
      if (what === "all" && killed) killPid(serverPid());
      return killed;
    },
    async ask<Row extends pg.QueryResultRow>(text: string) {
      for (;;) {
        const rows = await query<Row>(text);
        if (rows !== null) return rows;
        await sleep(50);
      }
    },
    async end() {
      await client?.end().catch(() => undefined);
      const running = supervisor;
      if (running !== null && killPid(running.pid && -running.pid)) await once(running, "exit");
    },
  };
}

/** All of them, because any may hold the delivery. */
function workersOf(parent: number): number[] {
  return childrenOf(parent).filter((pid) =>
    readIfThere(`/proc/${pid}/cmdline`).includes("small-batches-worker"),
  );
}

function childrenOf(parent: number): number[] {
  return readIfThere(`/proc/${parent}/task/${parent}/children`).split(" ").filter(Boolean).map(Number);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}

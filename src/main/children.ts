import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { Problem } from "#platform/problem.ts";
import { patience } from "./patience.ts";
import type { ProgramMessage } from "./program.ts";

/** The programs as children of this process, each with its own role and rights. */
export interface Children {
  /** Rejects when a job failed again and again or a program cannot stay up; otherwise never settles. */
  readonly trouble: Promise<never>;
  stop(): Promise<void>;
}

/** Attempts of one job, or deaths of one program. The queue's own five attempts take a minute and a half. */
const PATIENCE = { times: 5, withinMs: 10 * 60_000 };

/** The files of the programs. A command that faces nobody starts no `http`. */
export interface ChildPrograms {
  readonly worker: URL;
  readonly signer: URL;
  readonly http?: URL;
}

const PROGRAMS: ChildPrograms = {
  worker: new URL("./worker.ts", import.meta.url),
  signer: new URL("./signer.ts", import.meta.url),
};

/** With the one that faces people: what `muster start` runs. */
export const SERVING: ChildPrograms = { ...PROGRAMS, http: new URL("./http.ts", import.meta.url) };

/** A second worker composes packages on the second core; deliveries of one operation take turns all the same. */
const WORKERS = Math.min(2, availableParallelism());

/**
 * Starts the programs on this data folder; one that dies is started again, and so is one that said it is spent: that
 * is no failure.
 * @throws Problem when one of them cannot stay up; none runs then
 */
export async function startChildren(dataDir: string, programs: ChildPrograms = PROGRAMS): Promise<Children> {
  const children = new Map<string, ChildProcess>();
  let stopping = false;
  let fail: (error: unknown) => void = () => undefined;
  const trouble = new Promise<never>((_, reject) => {
    fail = reject;
  });
  trouble.catch(() => undefined); // whoever waits for it hears of it; nobody has to wait
  const isTooOften = patience(PATIENCE);
  const start = (program: keyof ChildPrograms, name: string = program): Promise<void> =>
    new Promise((ready) => {
      const file = programs[program];
      if (file === undefined) return ready();
      const child = fork(file, {
        // A command shows its own progress; the programs speak up only when something is wrong.
        env: { MUSTER_LOG_LEVEL: "warn", ...process.env, MUSTER_DATA: dataDir },
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      children.set(name, child);
      let isSpent = false;
      child.on("message", (message: ProgramMessage) => {
        if (message === "ready") ready();
        else if (message === "spent") isSpent = true;
        else if (isTooOften(`job ${message.id}`)) fail(jobFailure(message));
      });
      child.on("exit", () => {
        if (stopping) return;
        if (!isSpent && isTooOften(name)) fail(programFailure(name));
        else void start(program, name).then(ready);
      });
    });
  const workers = Array.from({ length: WORKERS }, (_, place) => start("worker", `worker ${place + 1}`));
  const stop = async () => {
    stopping = true;
    await Promise.all([...children.values()].map(endChild));
  };
  try {
    await Promise.race([Promise.all([...workers, start("signer"), start("http")]), trouble]);
  } catch (error) {
    await stop(); // the others would keep this process from ending
    throw error;
  }
  return { trouble, stop };
}

function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.on("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

function jobFailure({ job, message }: Exclude<ProgramMessage, string>): Problem {
  return new Problem("internal", {
    code: "main.job_failed",
    say: `The job ${job} failed ${PATIENCE.times} times: ${message}. It stays in the queue; the log above has the details.`,
  });
}

function programFailure(name: string): Problem {
  return new Problem("internal", {
    code: "main.program_failed",
    say: `The ${name} program does not stay up. Its last words are in the log above.`,
  });
}

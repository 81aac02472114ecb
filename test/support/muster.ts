import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const LAUNCHER = new URL("../../bin/muster.js", import.meta.url).pathname;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person would, in a process of its own, and waits for it. */
export function muster(...args: readonly string[]): Promise<Ran> {
  // Settings of the test run itself are not the command's.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_") && name !== "DATABASE_URL"),
  );
  return new Promise((resolve) => {
    execFile(process.execPath, [LAUNCHER, ...args], { env, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, out, err });
    });
  });
}

/** A folder of the test file's own, removed after it. */
export function ownFolder(): () => Promise<string> {
  let made: Promise<string> | null = null;
  afterAll(async () => {
    if (made !== null) await rm(await made, { recursive: true, force: true });
  });
  return () => (made ??= mkdtemp(join(tmpdir(), "muster-story-")));
}

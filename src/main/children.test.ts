import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../test/support/database.ts";
import { startChildren } from "./children.ts";

const database = withDatabase();

afterEach(() => {
  vi.unstubAllEnvs();
});

it("says of a program that does not stay up that it does not, and leaves none of the others running", async () => {
  const before = processesOfOurs();
  const started = startChildren("/nowhere", {
    worker: new URL("../../test/support/dying-program.ts", import.meta.url),
    signer: new URL("../../test/support/idle-program.ts", import.meta.url),
  });
  await expect(started).rejects.toMatchObject({ kind: "internal", code: "main.program_failed" });
  expect(processesOfOurs()).toEqual(before);
});

it("has a spent worker followed by another, job after job, without ever calling that a failure", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-spent-"));
  const jobs = 18;
  // One queue, so that the jobs come one after another and each process is spent between two of them.
  await transaction(database().pool("app"), async (db) => {
    for (let job = 0; job < jobs; job++) await addJob(db, "test.print", { job }, { queue: "test" });
  });
  vi.stubEnv("MUSTER_WORKER_CONCURRENCY", "1");
  vi.stubEnv("DATABASE_URL", database().urlFor("worker"));
  const children = await startChildren(folder, {
    worker: new URL("../../test/support/soon-spent-program.ts", import.meta.url),
    signer: new URL("../../test/support/idle-program.ts", import.meta.url),
  });
  try {
    while (linesOf(folder).length < jobs) await Promise.race([sleep(50), children.trouble]);
  } finally {
    await children.stop();
  }
  const lines = linesOf(folder).map((line) => line.split(" "));
  expect(new Set(lines.map(([, job]) => job)).size).toBe(jobs);
  expect(lines).toHaveLength(jobs);
  // Two workers were allowed four failures each.
  const processes = Map.groupBy(lines, ([process]) => process);
  expect(processes.size).toBeGreaterThan(8);
  expect(Math.max(...[...processes.values()].map((taken) => taken.length))).toBe(2);
  rmSync(folder, { recursive: true });
}, 120_000);

/** Numbers of the children of this process. */
function processesOfOurs(): string {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
}

function linesOf(folder: string): string[] {
  try {
    return readFileSync(join(folder, "printed"), "utf8").split("\n").filter(Boolean);
  } catch {
    return []; // nothing is printed yet
  }
}

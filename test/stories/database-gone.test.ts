import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/platform/postgres/database.ts";
import { anOperationFile, aSource, listContradictions } from "../support/intake.ts";
import { type KillableIntake, openKillableIntake } from "../support/killable-intake.ts";
import { partnerLines, writeLines } from "../support/rows.ts";

const ROWS = 12_000;
const GONE_MS = 10_000;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function anOperationFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "muster-gone-"));
  folders.push(folder);
  // When root runs the tests, the server's account passes through here.
  chmodSync(folder, 0o711);
  await writeLines(join(folder, "list.csv"), partnerLines("gone", ROWS, 15_000));
  const source = aSource("partner", { deliveries: [{ file: "list.csv", role: "c2" }] });
  await writeFile(join(folder, "operation.json"), JSON.stringify(anOperationFile({ sources: [source] })));
  return folder;
}

async function untilBatches(intake: KillableIntake, batches: number): Promise<void> {
  while (((await intake.committedBatches()) ?? 0) < batches) await sleep(5);
}

describe("the database gone for ten seconds in the middle of a delivery", () => {
  it.each([
    [
      "stands still",
      async (intake: KillableIntake) => {
        intake.signalServer("SIGSTOP");
        await sleep(GONE_MS);
        intake.signalServer("SIGCONT");
      },
    ],
    [
      "is shut down and does not come back at once",
      async (intake: KillableIntake) => {
        const until = Date.now() + GONE_MS;
        while (Date.now() < until) {
          intake.signalServer("SIGINT");
          await sleep(50);
        }
      },
    ],
  ])(
    "costs no row and doubles none: the server %s",
    async (_what, interrupt) => {
      const folder = await anOperationFolder();
      const intake = openKillableIntake(join(folder, "data"), folder);
      try {
        intake.start();
        await untilBatches(intake, 5);
        await interrupt(intake);
        while (!intake.isDone()) {
          expect(intake.hasFailed()).toBe(false);
          await sleep(50);
        }
      } finally {
        await intake.end();
      }
      const database = await openDatabase({ dataDir: join(folder, "data") });
      try {
        const pool = database.pool("owner");
        expect(await listContradictions(pool)).toEqual([]);
        const { rows } = await pool.query("select state, rows::integer, batches from feeds.delivery");
        expect(rows).toEqual([{ state: "done", rows: ROWS, batches: expect.any(Number) }]);
        expect(rows[0]?.batches).toBeGreaterThan(15);
      } finally {
        await database.close();
      }
    },
    180_000,
  );
});

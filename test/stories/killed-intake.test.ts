import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../exercise/random.ts";
import { openDatabase } from "../../src/platform/postgres/database.ts";
import { createTestDatabase } from "../support/database.ts";
import { anOperationFile, aSource, listContradictions, openIntake, storedState } from "../support/intake.ts";
import { type KillTarget, openKillableIntake } from "../support/killable-intake.ts";
import { partnerLines, writeLines } from "../support/rows.ts";
import { CLAIMS_PER_SMALL_BATCH } from "../support/small-batches-worker.ts";

const KILLS = 50;
const ROWS_PER_DELIVERY = 15_000;

const folder = mkdtempSync(join(tmpdir(), "muster-killed-"));
// When root runs the tests, the server's account passes through here.
chmodSync(folder, 0o711);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sources = ["partner-a", "partner-b", "partner-c", "partner-d"].map((id) =>
  aSource(id, { deliveries: [{ file: `${id}.csv`, role: "c2" }] }),
);
const file = anOperationFile({ sources });

/** The same deliveries taken in without disturbance. */
async function undisturbed() {
  const database = await createTestDatabase();
  const intake = await openIntake(database, { file, claimsPerBatch: CLAIMS_PER_SMALL_BATCH, tables: "none" });
  let batches = 0;
  for (const source of sources) {
    const path = join(folder, `${source.id}.csv`);
    const sizeBytes = await writeLines(path, partnerLines(source.id, ROWS_PER_DELIVERY, 30_000));
    const delivery = await intake.deliver(source, `${source.id}.csv`, { path, sizeBytes }, { role: "c2" });
    batches += delivery.batches;
  }
  const state = await storedState(database.pool("owner"));
  expect(await listContradictions(database.pool("owner"))).toEqual([]);
  await intake.close();
  await database.close();
  return { state, batches };
}

interface PlannedKill {
  readonly what: KillTarget;
  /** Committed batches from which on it is due. */
  readonly from: number;
  readonly thenMs: number;
}

/** Over the whole intake, a few before its first batch; the same in every run. */
function planKills(batches: number): PlannedKill[] {
  const random = seededRandom("fifty kills");
  const kills = Array.from({ length: KILLS }, (_, place) => ({
    what: random.pickWeighted<KillTarget>([
      { item: "worker", weight: 4 },
      { item: "server", weight: 3 },
      { item: "programs", weight: 2 },
      { item: "all", weight: 1 },
    ]),
    from: place < 3 ? 0 : random.below(batches - 2),
    thenMs: place < 3 ? random.below(1500) : random.below(40),
  }));
  return kills.sort((a, b) => a.from - b.from);
}

describe("a delivery whose worker, database server or every process is killed with kill -9 at fifty moments", () => {
  it("is taken in completely, with no row lost and none doubled", { timeout: 600_000 }, async () => {
    const expected = await undisturbed();
    await writeFile(join(folder, "operation.json"), JSON.stringify(file));
    const intake = openKillableIntake(join(folder, "data"), folder);
    const killed: Record<string, number> = {};
    try {
      for (const { what, from, thenMs } of planKills(expected.batches)) {
        for (;;) {
          intake.start();
          const batches = from === 0 ? 0 : await intake.committedBatches();
          if (batches !== null && batches >= from) {
            await sleep(thenMs);
            if (intake.kill(what)) break;
          }
          if (intake.isDone()) throw new Error("everything was read before the kills were through");
          await sleep(3);
        }
        killed[what] = (killed[what] ?? 0) + 1;
      }
      while (!intake.isDone()) {
        intake.start();
        await sleep(20);
      }
    } finally {
      await intake.end();
    }
    const database = await openDatabase({ dataDir: join(folder, "data") });
    try {
      expect(await storedState(database.pool("owner"))).toEqual(expected.state);
      expect(await listContradictions(database.pool("owner"))).toEqual([]);
    } finally {
      await database.close();
    }
    expect(Object.values(killed).reduce((sum, times) => sum + times)).toBe(KILLS);
    expect(Object.keys(killed).sort()).toEqual(["all", "programs", "server", "worker"]);
  });
});

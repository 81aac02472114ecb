import { afterEach, describe, expect, it } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { type Intake, listContradictions, openIntake, storedState, withIntake } from "../support/intake.ts";
import { partnerLines } from "../support/rows.ts";
import { startWorkerProcess } from "../support/worker-process.ts";

const options = { claimsPerBatch: 500, tables: "none" } as const;
const intake = withIntake(options);
const owner = () => intake().database.pool("owner");

afterEach(async () => {
  expect(await listContradictions(owner())).toEqual([]);
});

const text = (seed: string, rows: number) => [...partnerLines(seed, rows, 2_000)].join("");
const declared = { role: "c2" } as const;

describe("the same file again", () => {
  it("is noted as a repeat and changes nothing when it is the same byte for byte", async () => {
    const file = text("again", 3_000);
    const first = await intake().deliver("again", "list.csv", file, declared);
    expect(first).toMatchObject({ state: "done", rows: 3_000 });
    expect(first.newAssertions).toBeGreaterThan(1_000);
    const before = await storedState(owner());

    const again = await intake().deliver("again", "list.csv", file, declared);

    expect(again).toMatchObject({ state: "repeated", repeatOf: first.id, rows: 0, batches: 0 });
    expect(await storedState(owner())).toEqual(before);
  });

  it("adds no statement under another name and in another order of lines; every row is called repeated", async () => {
    const [head = "", ...lines] = text("renamed", 2_000).split("\n");
    const first = await intake().deliver("renamed", "a.csv", [head, ...lines].join("\n"), declared);
    const turned = [head, ...lines.filter((line) => line !== "").reverse(), ""].join("\n");

    const again = await intake().deliver("renamed", "b.csv", turned, declared);

    expect(again).toMatchObject({
      state: "done",
      rows: first.rows,
      accepted: 0,
      newThreats: 0,
      newAssertions: 0,
    });
    expect(again.repeated).toBe(first.accepted + first.repeated);
    expect(again.refused).toEqual(first.refused);
    expect(again.difference).toBeNull();
  });

  it("shows as a difference what a corrected file says otherwise", async () => {
    const line = (number: number, last: string) =>
      `host-${number}.fix.example;2026-10-01;${last};alpharat;443;50\n`;
    const head = "indicator;first_seen;last_seen;malware;port;confidence\n";
    const lines = (from: number, to: number, last: string) =>
      Array.from({ length: to - from }, (_, place) => line(from + place, last)).join("");
    const first = await intake().deliver("fix", "day.csv", head + lines(0, 700, "2026-10-02"), declared);
    expect(first.difference).toBeNull();

    // 600 as before, 50 with another date, 50 gone, 30 new ones, 10 of the old ones twice.
    const corrected =
      lines(0, 600, "2026-10-02") + lines(600, 650, "2026-10-03") + lines(700, 730, "2026-10-02");
    const second = await intake().deliver(
      "fix",
      "day.csv",
      head + corrected + lines(0, 10, "2026-10-02"),
      declared,
    );

    expect(second).toMatchObject({
      previous: first.id,
      rows: 690,
      accepted: 80,
      repeated: 610,
      newThreats: 30,
    });
    expect(second.difference).toEqual({ same: 600, added: 80, gone: 100 });

    // Back to the first version: those bytes were delivered, so it is a repeat, and what is in force stays as it was said.
    const third = await intake().deliver("fix", "day.csv", head + lines(0, 700, "2026-10-02"), declared);
    expect(third).toMatchObject({ state: "repeated", repeatOf: first.id });
  });
});

describe("two deliveries at once, in two worker processes", () => {
  it("of two sources that know the same values give what one after the other gives", async () => {
    const sources = ["left", "right"];
    const files = Object.fromEntries(sources.map((source) => [source, text(source, 4_000)]));
    const together = await openIntake(await createTestDatabase(), options);
    const inTurn = await openIntake(await createTestDatabase(), options);
    try {
      const ids: number[] = [];
      for (const source of sources) {
        const content = files[source] ?? "";
        ids.push(await together.receive(source, `${source}.csv`, content, declared));
        await inTurn.deliver(source, `${source}.csv`, content, declared);
      }
      await takeAtOnce(together, ids);
      const pool = together.database.pool("owner");
      expect(await storedState(pool)).toEqual(await storedState(inTurn.database.pool("owner")));
      expect(await listContradictions(pool)).toEqual([]);
    } finally {
      await closeIntake(together);
      await closeIntake(inTurn);
    }
  }, 60_000);

  it("that are one and the same take every row in once: a worker that was cut off works beside its successor", async () => {
    const id = await intake().receive("torn", "torn.csv", text("torn", 4_000), declared);
    const undisturbed = await openIntake(await createTestDatabase(), options);
    try {
      const alone = await undisturbed.deliver("torn", "torn.csv", text("torn", 4_000), declared);
      await takeAtOnce(intake(), [id, id]);
      const { rows, accepted, repeated, refused, batches, newAssertions, keysSha256 } = alone;
      const both = await intake().take(id);
      expect(both).toMatchObject({
        state: "done",
        rows,
        accepted,
        repeated,
        refused,
        batches,
        newAssertions,
      });
      expect(both.keysSha256).toBe(keysSha256);
    } finally {
      await closeIntake(undisturbed);
    }
  }, 60_000);
});

/** Takes deliveries in at the same time, each by a process of its own. */
async function takeAtOnce(where: Intake, deliveries: readonly number[]): Promise<void> {
  const workers = deliveries.map(() => startWorkerProcess(where));
  try {
    const answers = await Promise.all(deliveries.map(async (id, place) => workers[place]?.take(id)));
    expect(answers.map((answer) => answer?.error)).toEqual(deliveries.map(() => null));
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

async function closeIntake(opened: Intake): Promise<void> {
  await opened.close();
  await opened.database.close();
}

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/platform/postgres/database.ts";
import { createTestDatabase } from "../support/database.ts";
import { deleteForGood, operationState } from "../support/delete.ts";
import { anOperationFile, aSource, type Intake, listContradictions, openIntake } from "../support/intake.ts";

let database: Database;
beforeAll(async () => {
  database = await createTestDatabase();
}, 60_000);
afterAll(() => database.close());

interface Handed {
  readonly source: string;
  readonly name: string;
  readonly tlp: "GREEN" | "AMBER";
  readonly role: "c2" | "victim";
  readonly text: string;
}

const row = fc
  .record({
    value: fc.integer({ min: 1, max: 6 }),
    day: fc.constantFrom("2026-10-01", "2026-10-02"),
    tlp: fc.constantFrom("", "TLP:RED"),
    isDefanged: fc.boolean(),
    isBad: fc.boolean(),
  })
  .map(({ value, day, tlp, isDefanged, isBad }) =>
    isBad
      ? `not an address ${value},${day},${tlp}`
      : `${isDefanged ? `198[.]18[.]0[.]${value}` : `198.18.0.${value}`},${day},${tlp}`,
  );

const handed: fc.Arbitrary<Handed> = fc.record({
  source: fc.constantFrom("partner-a", "partner-a", "partner-b", "partner-c"),
  name: fc.constantFrom("week.csv", "other.csv"),
  tlp: fc.constantFrom("GREEN", "AMBER"),
  role: fc.constantFrom("c2", "c2", "victim"),
  text: fc
    .array(row, { minLength: 3, maxLength: 9 })
    .map((rows) => `indicator,first_seen,tlp\n${rows.join("\n")}\n`),
});

let worlds = 0;

async function deliverAll(deliveries: readonly Handed[]): Promise<{ intake: Intake; ids: number[] }> {
  const file = anOperationFile({ id: `world-${++worlds}` });
  const intake = await openIntake(database, { file, tables: "none", claimsPerBatch: 4 });
  const ids: number[] = [];
  for (const { source, name, tlp, role, text } of deliveries)
    ids.push((await intake.deliver(aSource(source), name, text, { tlp, role })).id);
  return { intake, ids };
}

const isRepeat = (a: Handed, b: Handed) => a.source === b.source && a.text === b.text && a.role === b.role;

describe("a delivery that is deleted", () => {
  it("leaves the tables as if it and its repeats had never been handed in", {
    timeout: 180_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(handed, { minLength: 2, maxLength: 5 }),
        fc.nat(),
        fc.boolean(),
        async (deliveries, at, again) => {
          const first = deliveries[0];
          const all = again && first !== undefined ? [...deliveries, first] : deliveries;
          const chosen = all[at % all.length];
          if (chosen === undefined) return;
          const doomed = all.findIndex((each) => isRepeat(each, chosen));
          const left = all.filter((each) => !isRepeat(each, chosen));
          const world = await deliverAll(all);
          const never = await deliverAll(left);
          try {
            await deleteForGood(world.intake, world.ids[doomed] ?? 0);
            expect(await operationState(world.intake)).toEqual(await operationState(never.intake));
          } finally {
            await world.intake.close();
            await never.intake.close();
          }
        },
      ),
      { numRuns: 4 },
    );
    expect(await listContradictions(database.pool("owner"))).toEqual([]);
  });
});

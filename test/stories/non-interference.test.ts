import fc from "fast-check";
import type pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { internAudience, listSources, registerSource } from "../../src/capabilities/feeds/index.ts";
import { openPublicTables } from "../../src/capabilities/jurisdiction/index.ts";
import {
  type Handling,
  insertOperation,
  internHandling,
  type Operation,
  type Reader,
} from "../../src/capabilities/operations/index.ts";
import { computeFigures } from "../../src/capabilities/outcomes/index.ts";
import { type KnownThreat, openReadingScope, streamThreats } from "../../src/capabilities/threats/index.ts";
import { transaction } from "../../src/platform/postgres/transaction.ts";
import { withDatabase } from "../support/database.ts";
import { anOperationFile, aSource } from "../support/intake.ts";

/** What was said of which threat, to whom; instants in days of October 2026. */
interface Said {
  readonly content: number;
  readonly threat: number;
  readonly audience: number;
  readonly family: string;
  readonly country: string | null;
  readonly firstSeen: number | null;
}
interface World {
  readonly said: readonly Said[];
  /** Threats declared to be the same: [kept, merged]. */
  readonly merges: readonly (readonly [number, number])[];
}

const THREATS = 6;
const day = (number: number) => Date.UTC(2026, 9, number);
/** In another order than their values, so that an order by one is not an order by the other. */
const idOf = (threat: number) => `${(threat * 7) % 10}0000000-0000-4000-8000-00000000000${threat}`;

const plain: Handling = {
  tlp: "AMBER",
  pap: null,
  codes: [],
  releasableTo: null,
  expiresOn: null,
  mayBeNamed: true,
};
const HANDLINGS: readonly Handling[] = [
  plain,
  { ...plain, tlp: "GREEN", mayBeNamed: false },
  { ...plain, tlp: "RED" },
  { ...plain, releasableTo: ["ID"] },
  { ...plain, expiresOn: "2026-10-12" },
];
const SOURCES = [
  aSource("partner-a"),
  aSource("partner-b"),
  aSource("bureau", { kind: "country", country: "MY" }),
];
const READERS: readonly Reader[] = [
  { kind: "country", country: "ID" },
  { kind: "country", country: "MY" },
  { kind: "country", country: "FR" },
  { kind: "source", source: "partner-a" },
  { kind: "desk" },
];

const database = withDatabase();
let operation: Operation;
let audiences: number[] = [];
beforeAll(async () => {
  await transaction(database().pool("owner"), async (db) => {
    operation = await insertOperation(db, anOperationFile());
    for (const source of SOURCES) await registerSource(db, operation, source);
    for (const source of await listSources(db, operation.id))
      for (const handling of HANDLINGS)
        audiences.push(await internAudience(db, source.id, await internHandling(db, handling)));
  });
  audiences = audiences.toSorted((a, b) => a - b);
});

async function build(db: pg.ClientBase, { said, merges }: World): Promise<void> {
  for (const threat of new Set(said.map((one) => one.threat))) {
    const kept = merges.find(([, merged]) => merged === threat)?.[0];
    await db.query(
      `insert into threats.threat (id, sequence, operation, type, role, basis, flags, audience_set, value, merged_into)
       values ($1, $2, $3, 1, 1, 0, 0, 0, $4, $5)`,
      [idOf(threat), threat, operation.id, `198.18.0.${threat}`, kept === undefined ? null : idOf(kept)],
    );
  }
  for (const one of said) {
    await db.query(
      `insert into threats.assertion (threat, content, audience, delivery, part, row, country, first_seen, families)
       values ($1, $2, $3, 1, 0, 1, $4, to_timestamp($5::float8 / 1000), $6)`,
      [
        idOf(one.threat),
        one.content,
        audiences[one.audience],
        one.country,
        one.firstSeen === null ? null : day(one.firstSeen),
        [one.family],
      ],
    );
  }
}

/** Everything a reader can get out of the world, which is then gone again. */
async function readingsOf(world: World, reader: Reader, asOf: number) {
  const db = await database().connect("owner");
  try {
    await db.query("begin");
    await build(db, world);
    const threats: KnownThreat[] = [];
    const scope = await openReadingScope(db, operation, reader, asOf);
    for await (const threat of streamThreats(db, scope)) threats.push(threat);
    const ofCountry: KnownThreat[] = [];
    const filter = { country: "ID", alsoThreats: [] };
    for await (const threat of streamThreats(db, scope, filter)) ofCountry.push(threat);
    const tables = await openPublicTables(operation.exercise);
    const visited: unknown[] = [];
    const figures = await computeFigures(db, tables, operation, reader, asOf, (threat) =>
      visited.push(threat),
    );
    return { threats, ofCountry, figures, visited };
  } finally {
    await db.query("rollback");
    await db.end();
  }
}

/** The world in which what this reader may not see was never said; what is merged with the unsaid is not merged. */
async function worldOf(world: World, reader: Reader, asOf: number): Promise<World> {
  const scope = await openReadingScope(database().pool("owner"), operation, reader, asOf);
  const said = world.said.filter(({ audience }) => scope.audiences.has(audiences[audience] ?? 0));
  const there = new Set(said.map(({ threat }) => threat));
  return { said, merges: world.merges.filter(([kept, merged]) => there.has(kept) && there.has(merged)) };
}

const worlds: fc.Arbitrary<World> = fc
  .record({
    said: fc.array(
      fc.record({
        threat: fc.integer({ min: 1, max: THREATS }),
        audience: fc.integer({ min: 0, max: SOURCES.length * HANDLINGS.length - 1 }),
        family: fc.constantFrom("alpharat", "bravobot", "charlieloader"),
        country: fc.constantFrom(null, "ID", "MY"),
        firstSeen: fc.option(fc.integer({ min: 1, max: 20 })),
      }),
      { minLength: 5, maxLength: 14, size: "max" },
    ),
    pairs: fc.array(fc.tuple(fc.integer({ min: 1, max: THREATS }), fc.integer({ min: 1, max: THREATS })), {
      minLength: 3,
      maxLength: 6,
      size: "max",
    }),
  })
  .map(({ said, pairs }) => {
    const there = new Set(said.map(({ threat }) => threat));
    const merges: (readonly [number, number])[] = [];
    for (const [kept, merged] of pairs) {
      const isPart = (threat: number) => merges.some((merge) => merge[1] === threat);
      const hasParts = merges.some((merge) => merge[0] === merged);
      if (kept === merged || !there.has(kept) || !there.has(merged)) continue;
      if (!isPart(kept) && !isPart(merged) && !hasParts) merges.push([kept, merged]);
    }
    return { said: said.map((one, content) => ({ ...one, content })), merges };
  });

describe("a reader", () => {
  it("gets what he would get had the rows he may not see never existed: threats, order, figures, hashes", async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.constantFrom(...READERS),
        fc.integer({ min: 5, max: 25 }).map(day),
        async (world, reader, asOf) => {
          const visible = await worldOf(world, reader, asOf);
          expect(await readingsOf(world, reader, asOf)).toEqual(await readingsOf(visible, reader, asOf));
        },
      ),
      { numRuns: 80, seed: 20261115 },
    );
  }, 120_000);

  it("gets threats in the order of their ids, merged or not", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom(...READERS), async (world, reader) => {
        const { threats } = await readingsOf(world, reader, day(15));
        const ids = threats.map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted());
      }),
      { numRuns: 20, seed: 20261115 },
    );
  }, 60_000);
});

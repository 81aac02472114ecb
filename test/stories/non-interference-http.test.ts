import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../src/main/routes.ts";
import { localFileStore } from "../../src/platform/files/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { listUnknownParameters } from "../support/worlds/vocabulary.ts";
import { openWorldPair, type WorldPair } from "../support/worlds/world-pair.ts";

// What nobody may see changes nothing that anybody is told, on no route of the list. A new route is covered by being in it.

/** Cases that one run compares at least. `npm run prove -- 100000` sets another number, and begins at another world. */
const CASES = Number(process.env.PROVE_CASES ?? 1000);
const FIRST_WORLD = Number(process.env.PROVE_FROM ?? 1);
/** Worlds that are compared at least, so that each kind of reader is asked in one of them. */
const WORLDS = 3;

/** Readings of what no random world has: checkpoints and certificates are the signer's, objects of a figure the worker's. */
const NOT_THERE: readonly string[] = [
  "audit.exportLog",
  "audit.proveEntry",
  "feeds.findDeletionCertificate",
  "outcomes.listFigureObjects",
];

let pair: WorldPair;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-worlds-"));
  const databases = [await createTestDatabase(), await createTestDatabase()] as const;
  pair = await openWorldPair(databases, localFileStore(join(folder, "files")), folder);
});
afterAll(async () => {
  await pair.close();
  await rm(folder, { recursive: true, force: true });
});

describe("every route", () => {
  it("is asked for things that random worlds have", () => {
    // What is named here needs a statement in test/support/worlds/vocabulary.ts, and rows in facts.ts or script.ts.
    expect(listUnknownParameters(ROUTES.map(({ route }) => route))).toEqual([]);
  });

  it("answers as if what the reader may not see had never been", async () => {
    const statuses = new Map<string, Set<number>>();
    let cases = 0;
    for (let world = 0; world < WORLDS || cases < CASES; world++) {
      const seed = `world ${FIRST_WORLD + world}`;
      const found = await pair.compareAll(ROUTES, seed, (_reader, at) => at % WORLDS === world % WORLDS);
      expect(found.differences.slice(0, 2), seed).toEqual([]);
      expect(pair.defects, seed).toEqual([]);
      cases += found.cases;
      for (const [route, some] of found.statuses)
        statuses.set(route, new Set([...(statuses.get(route) ?? []), ...some]));
    }
    expect(cases).toBeGreaterThanOrEqual(CASES);
    // A reading that was refused each time was not tried: its world lacks what it reads.
    const neverRead = ROUTES.flatMap(({ route }) => {
      const met = [...(statuses.get(route.id) ?? [])];
      return route.method !== "GET" || met.includes(200) ? [] : [`${route.id}: ${met.join(", ")}`];
    });
    expect(neverRead.filter((each) => !NOT_THERE.some((id) => each.startsWith(`${id}:`)))).toEqual([]);
  }, 86_400_000);
});

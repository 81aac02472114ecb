import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claim, Refusal } from "#capabilities/feeds/index.ts";
import type { IntakeBatch } from "./batch.ts";
import { createBatcher, type DeliveryFacts, type PublicFacts } from "./batcher.ts";

const facts: DeliveryFacts = {
  operation: "harbour",
  operationId: 1,
  delivery: 1,
  source: "partner",
  role: "c2",
  horizon: Date.UTC(2026, 10, 16),
  window: { from: Date.UTC(2026, 8, 1), to: Date.UTC(2026, 10, 30) },
};
const nothing: PublicFacts = { country: null, basis: 0, flags: 0, refusal: null };

/** One row of a file: what it says, or why it was refused. */
interface Row {
  readonly claims: readonly Partial<Claim>[];
  readonly refusals: readonly Pick<Refusal, "code" | "reason" | "raw">[];
}
const row = (...claims: Partial<Claim>[]): Row => ({ claims, refusals: [] });

/** What the writer finds in a batch, as text; the buffers themselves are used again for the next one. */
type PostedBatch = Omit<IntakeBatch, "claims" | "threats" | "assertions" | "threatOf"> & {
  readonly ids: readonly string[];
  readonly keys: readonly string[];
  /** Of each key the place of its id. */
  readonly threatOf: readonly number[];
  readonly tuples: readonly string[];
};

function posted(batch: IntakeBatch): PostedBatch {
  const { claims, threats, assertions, threatOf, ...rest } = batch;
  const hex = (bytes: Uint8Array, from = 0, to = bytes.length) =>
    Buffer.from(bytes.subarray(from, to)).toString("hex");
  const tuple = (tuples: Uint8Array, ends: Uint32Array) => (claim: number) =>
    hex(tuples, ends[claim], ends[claim + 1]);
  return {
    ...rest,
    ids: Array.from(threats, (claim) => hex(claims.keys, claim * 24, claim * 24 + 16)),
    keys: Array.from(assertions, (claim) => hex(claims.keys, claim * 24, claim * 24 + 24)),
    threatOf: [...threatOf],
    tuples: [
      ...Array.from(threats, tuple(claims.threatTuples, claims.threatEnds)),
      ...Array.from(assertions, tuple(claims.assertionTuples, claims.assertionEnds)),
    ],
  };
}

function batchesOf(
  parts: readonly (readonly Row[])[],
  claimsPerBatch = 1000,
  changes: Partial<DeliveryFacts> = {},
) {
  const batches: PostedBatch[] = [];
  const batcher = createBatcher(
    { ...facts, ...changes },
    () => nothing,
    (batch) => {
      batches.push(posted(batch));
      batcher.reuse();
    },
    claimsPerBatch,
  );
  parts.forEach((rows, part) => {
    batcher.startPart(part);
    rows.forEach(({ claims, refusals }, place) => {
      batcher.row();
      for (const claim of claims) batcher.claim({ value: "a.example", ...claim, row: place + 1 });
      for (const refusal of refusals) batcher.refuse({ ...refusal, row: place + 1 });
    });
    batcher.endPart();
  });
  return batches;
}

const total = (batches: readonly PostedBatch[], of: (batch: PostedBatch) => number) =>
  batches.reduce((sum, batch) => sum + of(batch), 0);
const refusedByCode = (batches: readonly PostedBatch[]) => {
  const codes: Record<string, number> = {};
  for (const batch of batches)
    for (const [code, count] of Object.entries(batch.refusedByCode)) codes[code] = (codes[code] ?? 0) + count;
  return codes;
};
/** The 24-byte keys of all assertions, sorted. */
const keysOf = (batches: readonly PostedBatch[]) => batches.flatMap(({ keys }) => keys).sort();

const claims = fc.record({
  value: fc.constantFrom(
    "a.example",
    "b.example",
    "198.18.0.1",
    "hxxp://c[.]example/x",
    "not a value",
    "",
    "\0",
  ),
  role: fc.constantFrom(undefined, "phishing" as const),
  families: fc.constantFrom(undefined, ["Alpha"], ["beta", "ALPHA"]),
  lastSeen: fc.constantFrom(undefined, Date.UTC(2026, 9, 1), Date.UTC(2030, 0, 1), Date.UTC(2020, 0, 1)),
  markings: fc.constantFrom(undefined, ["TLP:RED"], ["TLP:GREEN", "PAP:RED"]),
});
const rows = fc.array(
  fc.record({
    claims: fc.array(claims, { maxLength: 3 }),
    refusals: fc.constantFrom([], [{ code: "bad-row" as const, reason: "ragged", raw: "x;y" }]),
  }),
  { maxLength: 40 },
);

describe("createBatcher", () => {
  it("counts every row once: taken, or refused under the code of what was wrong first", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (file, size) => {
        const batches = batchesOf([file], size);
        expect(total(batches, ({ rows: met }) => met)).toBe(file.length);
        const refused = Object.values(refusedByCode(batches)).reduce((sum, count) => sum + count, 0);
        expect(total(batches, ({ rowsTaken }) => rowsTaken) + refused).toBe(file.length);
      }),
    );
  });

  it("says the same whatever the size of its batches", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (file, size) => {
        const small = batchesOf([file], size);
        const whole = batchesOf([file]);
        expect(refusedByCode(small)).toEqual(refusedByCode(whole));
        expect([...new Set(keysOf(small))]).toEqual(keysOf(whole));
        const refusals = (batches: readonly PostedBatch[]) =>
          batches.flatMap(({ refusedRows }) => refusedRows.map(({ row: at, code, raw }) => [at, code, raw]));
        expect(refusals(small)).toEqual(refusals(whole));
      }),
    );
  });

  it("makes the same batches of the same file every time: that is how a killed delivery is resumed", () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 20 }), (first, second, size) => {
        const once = batchesOf([first, second], size);
        expect(batchesOf([first, second], size)).toEqual(once);
        expect(once.map(({ number }) => number)).toEqual(once.map((_, place) => place));
        // A row is never cut in two, so that what it said is counted with it.
        for (const { part, refusedRows } of once) {
          const elsewhere = once.filter((batch) => batch.part === part && batch.refusedRows !== refusedRows);
          const rowsElsewhere = new Set(
            elsewhere.flatMap((batch) => batch.refusedRows.map((refused) => refused.row)),
          );
          expect(refusedRows.filter((refused) => rowsElsewhere.has(refused.row))).toEqual([]);
        }
      }),
    );
  });

  it("sorts threats and assertions by their keys, each once, the assertion naming its threat", () => {
    fc.assert(
      fc.property(rows, (file) => {
        for (const { ids, keys, threatOf, tuples } of batchesOf([file])) {
          expect(ids).toEqual([...new Set(ids)].sort());
          expect(keys).toEqual([...new Set(keys)].sort());
          expect(keys.map((key) => key.slice(0, 32))).toEqual(threatOf.map((place) => ids[place]));
          // Field count, length of the id, id: each tuple is the one of its key.
          expect(tuples.map((tuple) => tuple.slice(12, 44))).toEqual([
            ...ids,
            ...keys.map((key) => key.slice(0, 32)),
          ]);
        }
      }),
    );
  });

  it("takes a statement for the same in whatever spelling, and for another when anything said differs", () => {
    const keys = (...said: Partial<Claim>[]) => new Set(keysOf(batchesOf([[row(...said)]]))).size;
    expect(
      keys({ value: "a.example" }, { value: "A[.]Example." }, { value: "a.example", families: [] }),
    ).toBe(1);
    expect(keys({ families: ["Alpha", "beta"] }, { families: ["BETA", " alpha ", "beta"] })).toBe(1);
    const different: Partial<Claim>[] = [
      {},
      { port: 80 },
      { confidence: 50 },
      { country: "ID" },
      { status: "offline" },
      { firstSeen: Date.UTC(2026, 9, 1) },
      { lastSeen: Date.UTC(2026, 9, 1) },
      { validUntil: Date.UTC(2026, 9, 1) },
      { families: ["alpha"] },
      { target: "alpha" },
      { reference: "alpha" },
      { markings: ["TLP:RED"] },
      { role: "phishing" },
    ];
    expect(keys(...different)).toBe(different.length);
  });

  it("tells the same words of two sources apart, and not those of two deliveries of one", () => {
    const keys = (changes: Partial<DeliveryFacts>) => keysOf(batchesOf([[row({})]], undefined, changes));
    expect(keys({ source: "other" })).not.toEqual(keys({}));
    expect(keys({ delivery: 2 })).toEqual(keys({}));
  });

  it.each([
    ["in the future", { lastSeen: Date.UTC(2026, 10, 17) }, "future-date"],
    [
      "first in the future",
      { firstSeen: Date.UTC(2026, 10, 17), lastSeen: Date.UTC(2026, 9, 1) },
      "future-date",
    ],
    ["before the declared window", { lastSeen: Date.UTC(2026, 7, 1) }, "out-of-window"],
  ] as const)("refuses a row seen %s with what was wrong", (_what, claim, code) => {
    const [batch] = batchesOf([[row(claim)]]);
    expect(batch).toMatchObject({ rows: 1, rowsTaken: 0, refusedByCode: { [code]: 1 } });
    expect(batch?.refusedRows).toMatchObject([{ row: 1, code, raw: "a.example", ordinal: 0 }]);
  });

  it("calls a row without any claim empty, and one with a good and a bad claim taken", () => {
    const [batch] = batchesOf([[row(), row({ value: "???" }, {})]]);
    expect(batch).toMatchObject({ rows: 2, rowsTaken: 1, refusedByCode: { empty: 1 } });
    expect(batch?.refusedRows).toHaveLength(1);
  });

  it("keeps at most 4 KiB of what was refused", () => {
    const [batch] = batchesOf([[row({ value: "x".repeat(100_000) })]]);
    expect(batch?.refusedRows[0]?.raw).toHaveLength(4096);
  });
});

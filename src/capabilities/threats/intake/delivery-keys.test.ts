import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { localFileStore } from "#platform/files/store.ts";
import { KEY_BYTES } from "./batch.ts";
import { compareDeliveries, openKeyLog } from "./delivery-keys.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const store = localFileStore(join(folder, "files"));
const work = join(folder, "work");
mkdirSync(work);

/** Logs these keys, given as numbers, in pieces of one to three. */
async function logged(numbers: readonly number[]): Promise<string> {
  const log = await openKeyLog(work);
  for (let at = 0; at < numbers.length; at += 1 + (at % 3)) {
    const piece = numbers.slice(at, at + 1 + (at % 3));
    const keys = Buffer.alloc(piece.length * KEY_BYTES);
    for (const [place, number] of piece.entries()) keys.writeInt32BE(number, place * KEY_BYTES);
    await log.add(keys);
  }
  const name = await log.finish(store);
  await log.close();
  return name;
}

describe("the keys of a delivery", () => {
  it("are kept in the order in which they came, and leave nothing in the folder for files under way", async () => {
    const bytes = await store.read(await logged([3, 1, 2, 3]));
    const numbers = Array.from({ length: 4 }, (_, place) => bytes.readInt32BE(place * KEY_BYTES));
    expect(numbers).toEqual([3, 1, 2, 3]);
    expect(bytes).toHaveLength(4 * KEY_BYTES);
    expect(readdirSync(work)).toEqual([]);
  });

  it("do not mix with those of another worker that reads the same delivery at the same time", async () => {
    const [one, other] = await Promise.all([openKeyLog(work), openKeyLog(work)]);
    const key = (byte: number) => Buffer.alloc(KEY_BYTES, byte);
    await one.add(key(1));
    await other.add(key(1));
    await one.add(key(2));
    const finished = await one.finish(store);
    await one.close();
    await other.add(key(2));
    expect(await other.finish(store)).toBe(finished);
    await other.close();
  });
});

describe("compareDeliveries", () => {
  it("counts what is the same, what came and what went, each once however often it is said", async () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(numbers, numbers, async (before, after) => {
        const [old, now] = [new Set(before), new Set(after)];
        expect(await compareDeliveries(store, await logged(before), await logged(after))).toEqual({
          same: old.intersection(now).size,
          added: now.difference(old).size,
          gone: old.difference(now).size,
        });
      }),
      { numRuns: 40 },
    );
  });
});

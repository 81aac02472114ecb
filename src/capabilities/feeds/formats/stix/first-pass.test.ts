import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import stix from "./format.ts";

const sample: { objects: Record<string, unknown>[] } = JSON.parse(
  readFileSync(new URL("sample.json", import.meta.url), "utf8"),
);
const place = fc.nat(sample.objects.length - 1);
const places = fc.array(place, { minLength: 5, maxLength: 60 });
const spacing = fc.constantFrom(undefined, undefined, 1);
const bundle = (numbers: readonly number[], space: number | undefined) =>
  JSON.stringify(
    { type: "bundle", objects: numbers.map((number) => sample.objects[number]) },
    null,
    space,
  ).replaceAll("},{", "},\n{");

describe("objects that are written alike", () => {
  it("give the same claims where they stand and cut out one by one", async () => {
    await fc.assert(
      fc.asyncProperty(places, spacing, fc.integer({ min: 1, max: 4000 }), async (numbers, space, cut) => {
        const bytes = Buffer.from(bundle([...numbers, ...numbers], space));
        const whole = await readSample(stix, bytes);
        // In chunks of 100 bytes no object is whole, so that each is cut out and parsed.
        expect(whole).toEqual(await readSample(stix, bytes, { chunkBytes: 100 }));
        expect(whole).toEqual(await readSample(stix, bytes, { chunkBytes: cut }));
      }),
      { numRuns: 60 },
    );
  });

  it("give the same claims and the same refusal when the bundle is damaged anywhere", async () => {
    const damage = fc.constantFrom("", '"', "\\", "{", "}", "]", ",", "\n", "x", "\u0001");
    const property = fc.asyncProperty(places, spacing, fc.nat(), damage, async (numbers, space, at, put) => {
      const text = bundle([...numbers, ...numbers], space);
      const where = at % text.length;
      const bytes = Buffer.from(text.slice(0, where) + put + text.slice(where + 1));
      expect(await readSample(stix, bytes)).toEqual(await readSample(stix, bytes, { chunkBytes: 100 }));
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it("give what stands before the end of a bundle that was cut off", async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.nat(), async (numbers, at) => {
        const text = bundle([...numbers, ...numbers], undefined);
        const cut = await readSample(stix, Buffer.from(text.slice(0, at % text.length)));
        expect(cut.unreadable?.code).toMatch(/^(?:broken|no-indicators)$/);
      }),
      { numRuns: 60 },
    );
  });
});

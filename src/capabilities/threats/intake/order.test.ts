import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderOf } from "./order.ts";

/** What the order is by definition: bytes compared in full, earlier ones first among equals. */
function naiveOrder(keys: Uint8Array, width: number, count: number): number[] {
  const key = (place: number) => Buffer.from(keys.subarray(place * width, (place + 1) * width));
  return Array.from({ length: count }, (_, place) => place).sort(
    (a, b) => Buffer.compare(key(a), key(b)) || a - b,
  );
}

describe("orderOf", () => {
  const width = 24;

  it("is the order of the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 * width }), (bytes) => {
        const count = Math.floor(bytes.length / width);
        expect([...orderOf(bytes, width, count)]).toEqual(naiveOrder(bytes, width, count));
      }),
    );
  });

  it("is so too where heads are equal: the same threat said many times, differing in the last byte or not at all", () => {
    const key = fc
      .tuple(fc.constantFrom(0, 63, 64, 255), fc.constantFrom(0, 1), fc.constantFrom(0, 1))
      .map(([fifth, sixth, last]) => {
        const bytes = new Uint8Array(width).fill(7);
        bytes.set([fifth, sixth], 4);
        bytes[width - 1] = last;
        return bytes;
      });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (list) => {
        const keys = Buffer.concat(list);
        expect([...orderOf(keys, width, list.length)]).toEqual(naiveOrder(keys, width, list.length));
      }),
    );
  });

  it("refuses more places than it can tell apart", () => {
    expect(() => orderOf(new Uint8Array(0), width, 2 ** 17 + 1)).toThrow(RangeError);
  });
});

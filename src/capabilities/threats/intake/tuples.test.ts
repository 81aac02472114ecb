import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COPY_HEADER, COPY_TRAILER } from "#platform/postgres/binary-rows.ts";
import { selectTuples } from "./tuples.ts";

describe("selectTuples", () => {
  it("gives exactly the chosen tuples, in the order chosen, also when its memory was used before", () => {
    const tuples = fc.array(fc.uint8Array({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 });
    const selector = selectTuples();
    fc.assert(
      fc.property(tuples, fc.array(fc.nat()), (list, picks) => {
        const ends = new Uint32Array(list.length + 1);
        list.forEach((tuple, place) => {
          ends[place + 1] = (ends[place] ?? 0) + tuple.length;
        });
        const chosen = Uint32Array.from(picks, (pick) => pick % list.length);
        const file = selector.select(Buffer.concat(list), ends, chosen);
        const expected = Array.from(chosen, (place) => list[place] ?? new Uint8Array());
        expect(file.equals(Buffer.concat([COPY_HEADER, ...expected, COPY_TRAILER]))).toBe(true);
      }),
    );
  });
});

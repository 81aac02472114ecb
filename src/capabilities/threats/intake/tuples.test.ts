import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COPY_HEADER, COPY_TRAILER } from "#platform/postgres/binary-rows.ts";
import { probeTuples, selectTuples } from "./tuples.ts";

describe("selectTuples", () => {
  it("gives exactly the chosen tuples, in order, whichever are chosen", () => {
    const tuples = fc.array(fc.uint8Array({ minLength: 1, maxLength: 6 }), { maxLength: 20 });
    fc.assert(
      fc.property(tuples, fc.infiniteStream(fc.boolean()), (list, coins) => {
        const offsets = new Uint32Array(list.length + 1);
        list.forEach((tuple, place) => {
          offsets[place + 1] = (offsets[place] ?? 0) + tuple.length;
        });
        const chosen = list.flatMap((_, place) => (coins.next().value ? [place] : []));
        const file = Buffer.concat(selectTuples(Buffer.concat(list), offsets, chosen, list.length));
        const expected = Buffer.concat([
          COPY_HEADER,
          ...chosen.map((place) => list[place] ?? new Uint8Array()),
          COPY_TRAILER,
        ]);
        expect(file.equals(expected)).toBe(true);
      }),
    );
  });

  it("hands on a table of which all is chosen without cutting it up", () => {
    const rows = Buffer.from("abcdef");
    expect(selectTuples(rows, Uint32Array.of(0, 2, 4, 6), [0, 1, 2], 3)).toHaveLength(3);
  });
});

describe("probeTuples", () => {
  it("numbers the places and cuts the keys into columns", () => {
    const keys = Uint8Array.from({ length: 48 }, (_, byte) => byte);
    const file = Buffer.concat(probeTuples(keys, [16, 8], 2));
    const row = (place: number) =>
      Buffer.concat([
        Buffer.from([0, 3, 0, 0, 0, 4, 0, 0, 0, place, 0, 0, 0, 16]),
        keys.subarray(place * 24, place * 24 + 16),
        Buffer.from([0, 0, 0, 8]),
        keys.subarray(place * 24 + 16, place * 24 + 24),
      ]);
    expect(file.equals(Buffer.concat([COPY_HEADER, row(0), row(1), COPY_TRAILER]))).toBe(true);
  });
});

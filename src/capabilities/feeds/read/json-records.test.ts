import { describe, expect, it } from "vitest";
import { partOf } from "../../../../test/support/read-part.ts";
import { type Refusal, UnreadablePart } from "../format.ts";
import { firstRecord, type RecordPlaces, readRecords } from "./json-records.ts";

const PLACES: RecordPlaces = { wrapper: /^data$/, isKeyed: (beginning) => /^\{\s*"\d+"/.test(beginning) };

async function read(text: string, chunkBytes = 64 * 1024) {
  const rows: (readonly [number, unknown])[] = [];
  const refusals: Refusal[] = [];
  const sink = { row() {}, claim() {}, refuse: (refusal: Refusal) => void refusals.push(refusal) };
  let unreadable: string | null = null;
  try {
    const part = partOf("records.json", Buffer.from(text), chunkBytes);
    await readRecords(part, PLACES, sink, ({ row, value }) => void rows.push([row, value]));
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    unreadable = error.code;
  }
  return { rows, refused: refusals.map(({ row, code }) => [row, code]), unreadable };
}

describe("the records of a JSON part", () => {
  it.each([
    ["an array", '[{"a":1}, {"a":2}]'],
    ["an array over lines", '[\n{"a":1},\n{"a":2}\n]'],
    ["a wrapped array", '{"count":2,"data":[{"a":1},{"a":2}],"more":{"data":[{"a":3}]}}'],
    ["a line each", '{"a":1}\n{"a":2}\n'],
    ["one after another, over lines", '{\n"a":1\n}\n{\n"a":2\n}'],
    ["keyed by number", '{"7": [{"a":1}], "8": {"a":2}}'],
  ])("are found in %s", async (_, text) => {
    for (const chunkBytes of [1, 64 * 1024]) {
      expect(await read(text, chunkBytes)).toEqual({
        rows: [
          [1, { a: 1 }],
          [2, { a: 2 }],
        ],
        refused: [],
        unreadable: null,
      });
    }
    expect(firstRecord(text, PLACES)).toEqual({ a: 1 });
  });

  it("are read on after a broken or endless line of JSON lines", async () => {
    const text = `{"a":1}\n{"a":\n\n${"x".repeat(1_100_000)}\n{"a":2}`;
    expect(await read(text)).toEqual({
      rows: [
        [1, { a: 1 }],
        [5, { a: 2 }],
      ],
      refused: [
        [2, "bad-row"],
        [4, "too-long"],
      ],
      unreadable: null,
    });
  });

  it("are given up to the fault of a broken document", async () => {
    expect(await read('[{"a":1}, {"a":2')).toEqual({
      rows: [[1, { a: 1 }]],
      refused: [],
      unreadable: "broken",
    });
  });

  it("are refused when nested too deep, in a document and on a line", async () => {
    expect((await read(`[{"a":${"[".repeat(1_000_000)}`)).unreadable).toBe("unsafe");
    expect(await read(`{"a":1}\n{"a":${"[".repeat(400)}1${"]".repeat(400)}}`)).toMatchObject({
      refused: [[2, "bad-row"]],
    });
    expect(await read(`{"a":1}\n${'{"a":'.repeat(400)}1${"}".repeat(400)}`)).toMatchObject({
      refused: [[2, "bad-row"]],
    });
  });

  it("are missed where there are none", async () => {
    expect((await read("[]")).unreadable).toBe("no-indicators");
    expect((await read("")).unreadable).toBe("no-indicators");
    expect((await read('{"data":[]}')).unreadable).toBe("no-indicators");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "./lines.ts";

async function read(chunks: readonly string[], maxLength?: number) {
  const lines: [string, number][] = [];
  const tooLong: [string, number][] = [];
  async function* text() {
    yield* chunks;
  }
  const visitor = {
    line: (line: string, number: number) => void lines.push([line, number]),
    tooLong: (line: string, number: number) => void tooLong.push([line, number]),
  };
  await readLines(text(), visitor, maxLength);
  return { lines, tooLong };
}

describe("readLines", () => {
  it("cuts at LF, CRLF and CR alike, wherever chunks end", async () => {
    const unit = fc.constantFrom("a", "b", " ", "\n", "\r\n", "\r", "\u2028", "\u0085");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit, maxLength: 12 }), { maxLength: 5 }), async (chunks) => {
        const expected = chunks.join("").split(/\r\n|\n|\r/);
        if (expected.at(-1) === "") expected.pop();
        const { lines } = await read(chunks);
        expect(lines).toEqual(expected.map((line, index) => [line, index + 1]));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the first 200 characters of a line that is too long, and the number of the next", async () => {
    const { lines, tooLong } = await read(["first\nx", ..."y".repeat(30).split(""), "\nlast"], 20);
    expect(lines).toEqual([
      ["first", 1],
      ["last", 3],
    ]);
    expect(tooLong).toEqual([[`x${"y".repeat(30)}`.slice(0, 21), 2]]);
  });

  it("does not hold a line of 200 million characters in memory", async () => {
    const before = process.memoryUsage().heapUsed;
    const chunk = "z".repeat(1_000_000);
    const { tooLong } = await read([...Array.from({ length: 200 }, () => chunk), "\n"]);
    expect(tooLong).toEqual([["z".repeat(200), 1]]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });
});

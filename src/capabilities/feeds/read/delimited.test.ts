import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDelimitedReader, type DelimitedOptions } from "./delimited.ts";

interface Reading {
  records: { fields: string[]; line: number }[];
  comments: string[];
  refused: { code: string; line: number; raw: string }[];
}

function read(chunks: readonly string[], options: Partial<DelimitedOptions> = {}): Reading {
  const reading: Reading = { records: [], comments: [], refused: [] };
  const reader = createDelimitedReader(
    { separator: ",", ...options },
    {
      record: (fields, line) => reading.records.push({ fields: [...fields], line }),
      comment: (text) => reading.comments.push(text),
      refused: (code, _reason, raw, line) => reading.refused.push({ code, line, raw }),
    },
  );
  for (const chunk of chunks) reader.write(chunk);
  reader.end();
  return reading;
}

const rows = (reading: Reading) => reading.records.map((record) => record.fields);

function cutAt(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => text.slice(from, places[index]));
}

describe("createDelimitedReader", () => {
  it("reads what csv-parse reads, however the text is cut", () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "7", ".", " ", ",", ";", '"', "\n", "\r\n", "é", "😀"),
      maxLength: 6,
    });
    const file = fc.record({
      rows: fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { maxLength: 8 }),
      separator: fc.constantFrom(",", ";", "\t", "|"),
      newline: fc.constantFrom("\n", "\r\n"),
      quoteAll: fc.boolean(),
      lastNewline: fc.boolean(),
      cuts: fc.array(fc.nat(200), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(file, ({ rows: written, separator, newline, quoteAll, lastNewline, cuts }) => {
        const write = (value: string) =>
          quoteAll || /[",;\t|\r\n ]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
        let text = written.map((row) => row.map(write).join(separator)).join(newline);
        if (lastNewline) text += newline;
        const oracle: string[][] = parse(text, {
          delimiter: separator,
          relax_column_count: true,
          skip_empty_lines: true,
        });
        const reading = read(cutAt(text, cuts), { separator });
        expect(rows(reading)).toEqual(oracle);
        expect(reading.refused).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same answer for any text at all, however it is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "#"), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (content, cuts) => {
        expect(read(cutAt(content, cuts), { comment: "#" })).toEqual(read([content], { comment: "#" }));
      }),
      { numRuns: 500 },
    );
  });

  it("numbers a record by its first line, also after quoted newlines, comments and blank lines", () => {
    const reading = read(['# made\nname,note\n\na,"two\r\nlines"\nb,c\r\nd,e'], { comment: "#" });
    expect(reading.records.map((record) => record.line)).toEqual([2, 4, 6, 7]);
    expect(reading.comments).toEqual(["# made"]);
  });

  it("reads old Mac line ends and mixed ones", () => {
    expect(rows(read(["a,b\rc,d\re,f"]))).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ]);
    expect(rows(read(["a,b\r\nc,d\ne,f\rg,h"]))).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
      ["g", "h"],
    ]);
  });

  it("keeps a quote inside an unquoted field, drops blanks before an opening one", () => {
    expect(rows(read(['5" pipe,b\n"x", "y, z" ,w\n"a"b,c\n']))).toEqual([
      ['5" pipe', "b"],
      ["x", "y, z", "w"],
      ["ab", "c"],
    ]);
  });

  it("refuses only the line whose quote never closes", () => {
    const reading = read(['a,b\n1,"x\n2,y\n3,z\n']);
    expect(rows(reading)).toEqual([
      ["a", "b"],
      ["2", "y"],
      ["3", "z"],
    ]);
    expect(reading.refused).toEqual([{ code: "bad-row", line: 2, raw: '1,"x' }]);
  });

  it("does not let a stray quote reach for the quote of a later row", () => {
    const reading = read(['1,"x\n2,y\n3,"z"\n4,w\n']);
    expect(rows(reading)).toEqual([
      ["2", "y"],
      ["3", "z"],
      ["4", "w"],
    ]);
    expect(reading.refused.map((refusal) => refusal.line)).toEqual([1]);
  });

  it("skips a line that is too long in bounded memory and goes on after it", () => {
    const long = Array.from({ length: 50 }, () => "x".repeat(1000));
    for (const end of ["\n", "\r\n"]) {
      const reading = read([`a,b${end}`, ...long, end, `c,d${end}`], { maxRecordLength: 5000 });
      expect(rows(reading)).toEqual([
        ["a", "b"],
        ["c", "d"],
      ]);
      expect(reading.refused).toEqual([{ code: "too-long", line: 2, raw: "x".repeat(200) }]);
      expect(reading.records.map((record) => record.line)).toEqual([1, 3]);
    }
  });

  it("counts a line that is too long once when a piece ends between its CR and LF", () => {
    const reading = read(['12345678,"x\r', "\nc,d\r\n"], { maxRecordLength: 8 });
    expect(reading.refused).toEqual([{ code: "too-long", line: 1, raw: '12345678,"x' }]);
    expect(reading.records).toEqual([{ fields: ["c", "d"], line: 2 }]);
  });

  it("gives up an open quote at the longest record and reads the lines inside it", () => {
    const lines = Array.from({ length: 500 }, (_, index) => `${index},row\n`);
    const reading = read(['1,"never closed\n', ...lines], { maxRecordLength: 1000 });
    expect(reading.refused.map((refusal) => refusal.code)).toEqual(["bad-row"]);
    expect(reading.records).toHaveLength(500);
  });

  it("reads a chunk without any separator in linear time", () => {
    const started = performance.now();
    expect(read(["word\n".repeat(200_000)]).records).toHaveLength(200_000);
    expect(read(['"word"\n'.repeat(200_000)]).records).toHaveLength(200_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

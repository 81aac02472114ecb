import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonLayouts } from "./json-layouts.ts";

const all = (): true => true;
const create = (unread: readonly string[] = []) =>
  new JsonLayouts<string>({
    fixedLength: (key, text) => (key === "type" ? text.length : 0),
    isRead: (key) => !unread.includes(key),
  });

const plain = fc.string({ unit: fc.constantFrom(..."ab :,-/éж") });
const key = fc.oneof(
  { weight: 9, arbitrary: plain },
  fc.constantFrom("type", "labels", "__proto__", "1", "toString"),
  fc.string(),
);
const text = fc.oneof(
  { weight: 9, arbitrary: plain },
  fc.constantFrom('"', "\\", "}", "]", "{", "[", "\n"),
  fc.string({ unit: "binary" }),
);
const word = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const dictionary = fc.dictionary(key, fc.oneof(text, word));
const twice = <T>(arbitrary: fc.Arbitrary<T>) => fc.tuple(arbitrary, arbitrary);
/** Two values of one member, nearly always written in the same form. */
const values = fc.oneof(
  { weight: 4, arbitrary: twice(text) },
  { weight: 3, arbitrary: twice(word) },
  twice(fc.array(fc.oneof(text, word))),
  twice(dictionary),
  twice(fc.array(dictionary, { minLength: 1 })),
  twice(fc.jsonValue()),
);
const members = fc.array(fc.tuple(key, values), { minLength: 1, maxLength: 4 });
const spacing = fc.constantFrom(undefined, 1, "\t");

const written = (
  pairs: readonly (readonly [string, readonly [unknown, unknown]])[],
  which: 0 | 1,
  space: string | number | undefined,
) => JSON.stringify(Object.fromEntries(pairs.map(([name, two]) => [name, two[which]])), null, space);

describe("reading objects by their layout", () => {
  it("gives what JSON.parse gives, or nothing", () => {
    let metCount = 0;
    fc.assert(
      fc.property(members, spacing, fc.string(), (pairs, space, around) => {
        const source = written(pairs, 1, space);
        const layouts = create();
        layouts.learn(written(pairs, 0, space), "kind");
        const met = layouts.meet(around + source + around, around.length, all);
        if (met === null) return;
        metCount++;
        expect(met.object).toEqual(JSON.parse(source));
        expect(met.end).toBe(around.length + source.length);
      }),
      { numRuns: 500 },
    );
    expect(metCount).toBeGreaterThan(50);
  });

  it("never takes what is no JSON", () => {
    let metCount = 0;
    const change = fc.constantFrom("", '"', "\\", ",", "{", "}", "[", "]", " ", "\n", "\0", "0", "e", "é");
    fc.assert(
      fc.property(members, spacing, fc.nat(), fc.nat(3), change, (pairs, space, place, removed, put) => {
        const source = written(pairs, 0, space);
        const at = place % source.length;
        const changed = source.slice(0, at) + put + source.slice(at + removed);
        const layouts = create();
        layouts.learn(source, "kind");
        const met = layouts.meet(changed, 0, all);
        if (met === null) return;
        metCount++;
        expect(JSON.parse(changed.slice(0, met.end))).toEqual(met.object);
      }),
      { numRuns: 2000 },
    );
    expect(metCount).toBeGreaterThan(20);
  });

  it("tells objects apart by their fixed texts and finds each one's layout again", () => {
    const layouts = create(["note", "notes"]);
    const a = (id: number) => `{"type":"a","id":${id},"note":"x","notes":["x"]}`;
    const b = (id: number) => `{"type":"b","id":${id},"note":"x","notes":["x"]}`;
    layouts.learn(a(1), "first");
    expect(layouts.meet(b(2), 0, all)).toBeNull();
    layouts.learn(b(2), "second");
    expect(layouts.meet(a(3), 0, all)).toEqual({ kind: "first", end: 44, object: { type: "a", id: 3 } });
    expect(layouts.meet(b(4), 0, (kind) => kind === "first")).toEqual({
      kind: "second",
      end: 44,
      object: null,
    });
  });

  it("learns nothing from an object whose keys are no plain ones", () => {
    for (const source of ['{"a":["x"],"a":"b"}', '{"__proto__":"x","a":"b"}', '{"\\u0061":"x"}', "{}"]) {
      const layouts = create();
      layouts.learn(source, "kind");
      const met = layouts.meet(source, 0, all);
      if (met !== null) expect(met.object).toEqual(JSON.parse(source));
    }
    const layouts = create();
    layouts.learn('{"a":["x"],"a":"b"}', "kind");
    expect(layouts.meet('{"a":["x"],"a":"b"}', 0, all)).toBeNull();
  });

  it("finds the same end whether the object is wanted or not", () => {
    fc.assert(
      fc.property(members, spacing, (pairs, space) => {
        const source = written(pairs, 1, space);
        const layouts = create();
        layouts.learn(written(pairs, 0, space), "kind");
        const end = layouts.meet(source, 0, all)?.end;
        if (end !== undefined) expect(layouts.meet(source, 0, () => false)?.end).toBe(end);
      }),
    );
  });

  it("needs linear time for texts made to make it go back", () => {
    const layouts = create();
    layouts.learn('{"a":"x","b":["x"],"c":{"d":"x"},"e":[{"f":"x"}],"g":1}', "kind");
    const size = 300_000;
    const started = performance.now();
    for (const piece of ["x", '"', '",', " ", "{", "[", '{"f":""},', "1", "1.", "\\"]) {
      const long = piece.repeat(size / piece.length);
      for (const source of [
        `{"a":"${long}`,
        `{"a":"x","b":[${long}`,
        `{"a":"x","b":["x"],"c":{${long}`,
        `{"a":"x","b":["x"],"c":{"d":"x"},"e":[${long}`,
        `{"a":"x","b":["x"],"c":{"d":"x"},"e":[{"f":"x"}${long}`,
        `{"a":"x","b":["x"],"c":{"d":"x"},"e":[{"f":"x"}],"g":${long}`,
      ]) {
        expect(layouts.meet(source, 0, all)).toBeNull();
      }
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("stops learning from objects of which no two are alike", () => {
    const layouts = create();
    const started = performance.now();
    for (let at = 0; at < 20_000; at++) layouts.learn(`{"k${at}":"x","same":1}`, "kind");
    expect(performance.now() - started).toBeLessThan(2000);
    expect(layouts.meet('{"k19999":"x","same":1}', 0, all)).toBeNull();
  });
});

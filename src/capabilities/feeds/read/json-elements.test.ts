import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnreadablePart } from "../format.ts";
import { createJsonSplitter, type JsonPlan, parseElement } from "./json-elements.ts";

const objectsOf: JsonPlan = (path) =>
  path === "" || path === "objects" ? "enter" : path === "objects/*" || path === "type" ? "take" : "skip";

interface Read {
  readonly values: unknown[];
  readonly lines: number[];
  readonly error: UnreadablePart | null;
}

function read(chunks: readonly string[], plan: JsonPlan, limits = {}): Read {
  const values: unknown[] = [];
  const lines: number[] = [];
  const splitter = createJsonSplitter(
    plan,
    (source, place) => {
      values.push([place.path, place.index, parseElement(source, place)]);
      lines.push(place.line);
    },
    limits,
  );
  try {
    for (const chunk of chunks) splitter.write(chunk);
    splitter.end();
  } catch (error) {
    if (error instanceof UnreadablePart) return { values, lines, error };
    throw error;
  }
  return { values, lines, error: null };
}

function cutAt(text: string, borders: readonly number[]): string[] {
  const stops = [...borders.map((border) => border % (text.length + 1)), 0, text.length].sort(
    (a, b) => a - b,
  );
  return stops.slice(1).map((stop, index) => text.slice(stops[index], stop));
}

const bundle = fc.record({ before: fc.jsonValue(), objects: fc.array(fc.jsonValue()), type: fc.string() });
const spacing = fc.constantFrom(undefined, 1, "\t");

describe("splitting JSON into elements", () => {
  it("gives every element, wherever the chunks are cut", () => {
    fc.assert(
      fc.property(bundle, spacing, fc.array(fc.nat()), (value, space, borders) => {
        const text = JSON.stringify(value, null, space);
        const { values, error } = read(cutAt(text, borders), objectsOf);
        const parsed: typeof value = JSON.parse(text);
        expect(error).toBeNull();
        expect(values).toEqual([
          ...parsed.objects.map((element, index) => ["objects/*", index + 1, element]),
          ["type", 0, parsed.type],
        ]);
      }),
    );
  });

  it("gives the elements before the cut of a truncated document, then refuses it", () => {
    fc.assert(
      fc.property(bundle, spacing, fc.nat(), (value, space, length) => {
        const text = JSON.stringify(value, null, space);
        const whole = read([text], objectsOf);
        const cut = read([text.slice(0, length % text.length)], objectsOf);
        expect(cut.error?.code).toBe("broken");
        expect(whole.values.slice(0, cut.values.length)).toEqual(cut.values);
      }),
    );
  });

  it("reads documents one after another when asked", () => {
    const lines: JsonPlan = () => "take";
    const { values, lines: at } = read(['{"a":1}\n', '{"a"', ":2}\r\n3 ", '"four"'], lines, {
      sequence: true,
    });
    expect(values).toEqual([
      ["", 1, { a: 1 }],
      ["", 2, { a: 2 }],
      ["", 3, 3],
      ["", 4, "four"],
    ]);
    expect(at).toEqual([1, 2, 3, 3]);
  });

  it.each([
    ['{"objects": [1, 2,]}', 2],
    ['{"objects": [1, 2}', 2],
    ['{"objects": [1 2]}', 1],
    ['{"objects": [1]', 1],
    ['{"objects": [1],}', 1],
    ['{"objects" [1]}', 0],
    ['{"objects": [01]}', 0],
    ['{"objects": [nil]}', 0],
    ["{objects: [1]}", 0],
    ["<{}>", 0],
    ["", 0],
    ["{} {}", 0],
  ])("refuses %s after the %i elements before the fault", (text, elements) => {
    const { values, error } = read([...text], objectsOf);
    expect(error?.code).toBe("broken");
    expect(values).toHaveLength(elements);
  });

  it("names the line of the fault", () => {
    const { error } = read(['{\n"objects": [\n1,\n', "2 3\n]}"], objectsOf);
    expect(error?.message).toContain("line 4, character 21");
    expect(read(['{\n"objects": [\n{"a":,}]}'], objectsOf).error?.message).toContain("line 3");
  });

  it("refuses a document nested a million deep at once", () => {
    const started = performance.now();
    for (const plan of [objectsOf, (): "enter" => "enter", (): "take" => "take"]) {
      const deep = read(['{"objects":', "[".repeat(500_000), '{"a":['.repeat(500_000)], plan);
      expect(deep.error?.code).toBe("unsafe");
    }
    expect(performance.now() - started).toBeLessThan(200);
  });

  it("refuses an element, key or number that is too long, and passes over a long one it does not want", () => {
    const long = "x".repeat(3000);
    const limits = { maxElementLength: 2000 };
    expect(read(['{"objects":["', long, '"]}'], objectsOf, limits).error?.code).toBe("too-big");
    expect(read([`{"objects":["${long}"]}`], objectsOf, limits).error?.code).toBe("too-big");
    expect(read([`{"${long}`, `${long}":1}`], objectsOf).error?.code).toBe("too-big");
    expect(read([`{"n": 1${"0".repeat(5000)}}`], objectsOf).error?.code).toBe("too-big");
    expect(read([`{"other":["${long}"],`, '"objects":[1]}'], objectsOf, limits).values).toHaveLength(1);
  });
});

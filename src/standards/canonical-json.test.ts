import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

describe("canonicalJson", () => {
  it("sorts keys by code units and writes numbers as RFC 8785 says", () => {
    expect(canonicalJson({ "\u20ac": 1, a: [1e21, 1e-7, -0], Z: "\u000f\n", b: undefined })).toBe(
      '{"Z":"\\u000f\\n","a":[1e+21,1e-7,0],"\u20ac":1}',
    );
  });

  it("is the same for equal values whatever the order of keys, and reads back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it("refuses what JSON cannot say", () => {
    expect(() => canonicalJson(Number.NaN)).toThrow();
    expect(() => canonicalJson("\uD800")).toThrow();
  });
});

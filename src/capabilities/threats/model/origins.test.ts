import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countOrigins, type Lineage } from "./origins.ts";

const NOON = Date.UTC(2026, 9, 1, 12);
const MIDNIGHT = Date.UTC(2026, 9, 1);
const said = (source: string, more: Partial<Lineage> = {}): Lineage => ({
  source,
  reference: null,
  families: [],
  port: null,
  firstSeen: null,
  lastSeen: null,
  ...more,
});

describe("countOrigins", () => {
  it.each([
    ["one source that says it ten times is one", Array.from({ length: 10 }, () => said("a")), 1],
    ["two sources on their own are two", [said("a"), said("b")], 2],
    [
      "two that cite the same list are one",
      [said("a", { reference: "list" }), said("b", { reference: "list" })],
      1,
    ],
    [
      "two that cite different lists are two",
      [said("a", { reference: "x" }), said("b", { reference: "y" })],
      2,
    ],
    [
      "two that tell the very same story to the second are one",
      [said("a", { lastSeen: NOON }), said("b", { lastSeen: NOON })],
      1,
    ],
    [
      "a bare date is no fingerprint",
      [said("a", { lastSeen: MIDNIGHT }), said("b", { lastSeen: MIDNIGHT })],
      2,
    ],
    [
      "another port is another story",
      [said("a", { lastSeen: NOON, port: 80 }), said("b", { lastSeen: NOON, port: 443 })],
      2,
    ],
    [
      "a chain of resellers is one",
      [
        said("a", { reference: "x" }),
        said("b", { reference: "x", lastSeen: NOON }),
        said("c", { lastSeen: NOON }),
      ],
      1,
    ],
    [
      "an independent witness stays one beside resellers",
      [said("a", { reference: "x" }), said("b", { reference: "x" }), said("c")],
      2,
    ],
    ["nobody is none", [], 0],
  ])("%s", (_what, assertions, expected) => {
    expect(countOrigins(assertions)).toBe(expected);
  });

  const lineages = fc.array(
    fc.record({
      source: fc.constantFrom("a", "b", "c", "d", "e"),
      reference: fc.option(fc.constantFrom("x", "y", "source:a")),
      families: fc.constantFrom([], ["alpharat"]),
      port: fc.constantFrom(null, 80),
      firstSeen: fc.constant(null),
      lastSeen: fc.constantFrom(null, NOON, MIDNIGHT),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it("is at least one, at most the sources, and the same in any order", () => {
    fc.assert(
      fc.property(lineages, (assertions) => {
        const origins = countOrigins(assertions);
        expect(origins).toBeGreaterThanOrEqual(1);
        expect(origins).toBeLessThanOrEqual(new Set(assertions.map(({ source }) => source)).size);
        expect(countOrigins(assertions.toReversed())).toBe(origins);
      }),
    );
  });
});

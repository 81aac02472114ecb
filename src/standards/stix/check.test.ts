import { describe, expect, it } from "vitest";
import { writeBundle } from "./bundle.ts";
import { bundleFaults } from "./check.ts";
import { aBundleInput } from "./example-bundle.ts";
import type { StixObject } from "./object.ts";

/** The example bundle with one object of a type changed. */
function withChanged(type: string, change: Readonly<Record<string, unknown>>): unknown {
  const bundle = writeBundle(aBundleInput());
  let done = false;
  const objects = bundle.objects.map((object): StixObject => {
    if (done || object.type !== type) return object;
    done = true;
    return { ...object, ...change };
  });
  return JSON.parse(JSON.stringify({ ...bundle, objects }));
}

describe("bundleFaults", () => {
  it("finds nothing in a good bundle", () => {
    expect(bundleFaults(JSON.parse(JSON.stringify(writeBundle(aBundleInput()))))).toEqual([]);
  });

  it.each([
    ["indicator", { pattern: "[ipv4-addr:value = 'x" }, "patterns parse"],
    ["indicator", { indicator_types: ["bad"] }, "vocabulary"],
    ["indicator", { x_muster_note: "n" }, "no custom properties"],
    ["indicator", { labels: [] }, "is empty"],
    ["indicator", { created: "2026-01-01T00:00:00Z" }, "milliseconds"],
    ["indicator", { modified: "2001-01-01T00:00:00.000Z" }, "before created"],
    ["indicator", { object_marking_refs: undefined }, "TLP markings, expected 1"],
    ["indicator", { description: undefined }, "description is missing"],
    ["indicator", { confidence: 101 }, "confidence is 101"],
    [
      "indicator",
      { created_by_ref: "identity--5f6c8f5a-2a0b-4c5b-8d2f-0d4b4c3b2a10" },
      "is not in the bundle",
    ],
    ["ipv4-addr", { value: "192.0.2.2" }, "does not follow from the properties"],
    ["relationship", { relationship_type: "uses" }, "is not in its tables"],
    ["report", { object_refs: ["identity--5f6c8f5a-2a0b-4c5b-8d2f-0d4b4c3b2a10"] }, "is not in object_refs"],
    [
      "sighting",
      { where_sighted_refs: ["indicator--5f6c8f5a-2a0b-4c5b-8d2f-0d4b4c3b2a10"] },
      "where_sighted_refs points",
    ],
    ["observed-data", { number_observed: 0 }, "number_observed is 0"],
    ["identity", { type: "x-thing" }, "not a type"],
  ])("finds a broken %s %j", (type, change, expected) => {
    expect(bundleFaults(withChanged(type, change)).join("\n")).toContain(expected);
  });

  it("takes anything that is not a bundle", () => {
    for (const json of [null, 1, [], {}, { type: "bundle" }, { type: "bundle", objects: [null] }]) {
      expect(bundleFaults(json).length).toBeGreaterThan(0);
    }
  });
});

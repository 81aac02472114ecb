import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BinaryRowEncoder, sharedBuffer } from "#platform/postgres/binary-rows.ts";
import { saidConfidence, saidCountry, saidInstant, saidPort } from "./said-values.ts";

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, 8.64e15, -8.64e15, 1e308, undefined),
);

describe("what a claim says beside its value", () => {
  it("passes as it is within what can be true", () => {
    expect([saidPort(1), saidPort(443), saidPort(65_535)]).toEqual([1, 443, 65_535]);
    expect([saidConfidence(0), saidConfidence(49.6), saidConfidence(100)]).toEqual([0, 50, 100]);
    expect(saidCountry("ID")).toBe("ID");
    expect(saidInstant(Date.UTC(2026, 10, 15))).toBe(Date.UTC(2026, 10, 15));
  });

  it.each([
    ["port 0", saidPort(0)],
    ["port 65,536", saidPort(65_536)],
    ["half a port", saidPort(80.5)],
    ["a confidence of a milliard, which two bytes would turn into another number", saidConfidence(1e9)],
    ["a confidence that is no number", saidConfidence(Number.NaN)],
    ["a country with a NUL", saidCountry("I\0")],
    ["a country spelt out", saidCountry("Indonesia")],
    ["the year 9999, which microseconds in a double cannot hold", saidInstant(Date.UTC(9999, 11, 31))],
    ["an instant that is no number", saidInstant(Number.NaN)],
    ["nothing", saidInstant(undefined)],
  ])("is not said: %s", (_what, said) => {
    expect(said).toBeNull();
  });

  it("fits the columns whatever number a file holds", () => {
    fc.assert(
      fc.property(anyNumber, (number) => {
        const at = saidInstant(number);
        if (at !== null) new BinaryRowEncoder(sharedBuffer(64)).timestamptz(at);
        for (const [said, most] of [
          [saidPort(number), 65_535],
          [saidConfidence(number), 100],
        ] as const) {
          if (said === null) continue;
          expect(Number.isInteger(said)).toBe(true);
          expect(said).toBeGreaterThanOrEqual(0);
          expect(said).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import { LIVENESS_WINDOW_DAYS, livenessAt, type Observation } from "./liveness.ts";

const DAY = 86_400_000;
const day = (number: number) => Date.UTC(2026, 9, number);
const seen = (number: number, validUntil: number | null = null): Observation => ({
  positive: true,
  at: day(number),
  validUntil: validUntil === null ? null : day(validUntil),
});
const gone = (number: number): Observation => ({ positive: false, at: day(number), validUntil: null });
const undated: Observation = { positive: true, at: null, validUntil: null };

describe("livenessAt (C-5)", () => {
  it.each([
    ["seen within the window", [seen(10)], "active"],
    ["seen on the window's last day", [seen(6)], "active"],
    ["seen one day too early", [seen(5)], "stale"],
    ["seen, and found gone later", [seen(10), gone(12)], "inactive"],
    ["found gone, and seen again later", [gone(10), seen(12)], "active"],
    ["seen and found gone at the same instant", [seen(10), gone(10)], "inactive"],
    ["only found gone", [gone(10)], "inactive"],
    ["seen and found gone only after the day asked for", [seen(21), gone(22)], "unknown"],
    ["said without a date", [undated], "unknown"],
    ["said by nobody", [], "unknown"],
    ["seen, but its source no longer stands by it", [seen(15, 18)], "inactive"],
    ["seen and still stood by", [seen(15, 25)], "active"],
    ["seen by one whose word has run out and earlier by another", [seen(15, 18), seen(14)], "active"],
  ] as const)("of a C2 %s, twenty days on: %s", (_what, observations, expected) => {
    expect(livenessAt(observations, "c2", day(20))).toBe(expected);
  });

  it("flips with the day asked for: unknown, active, stale, inactive, active again", () => {
    const observations = [seen(3), gone(25), seen(28)];
    const states = [2, 3, 17, 18, 25, 28].map((number) => livenessAt(observations, "c2", day(number)));
    expect(states).toEqual(["unknown", "active", "active", "stale", "inactive", "active"]);
  });

  it("uses the window of the role, to the millisecond", () => {
    for (const role of THREAT_ROLE_NAMES) {
      const end = day(1) + LIVENESS_WINDOW_DAYS[role] * DAY;
      expect([role, livenessAt([seen(1)], role, end)]).toEqual([role, "active"]);
      expect([role, livenessAt([seen(1)], role, end + 1)]).toEqual([role, "stale"]);
    }
  });

  it("does not depend on the order in which things were heard", () => {
    const observation = fc.record({
      positive: fc.boolean(),
      at: fc.option(fc.integer({ min: 0, max: 40 }).map(day)),
      validUntil: fc.option(fc.integer({ min: 0, max: 40 }).map(day)),
    });
    fc.assert(
      fc.property(
        fc.array(observation, { maxLength: 8 }),
        fc.integer({ min: 0, max: 40 }),
        (observations, asOf) => {
          const forward = livenessAt(observations, "phishing", day(asOf));
          expect(livenessAt(observations.toReversed(), "phishing", day(asOf))).toBe(forward);
        },
      ),
    );
  });
});

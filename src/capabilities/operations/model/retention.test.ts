import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_RETENTION_DAYS } from "../contract.ts";
import { deleteBy, retentionDaysOf } from "./retention.ts";

const days = fc.option(fc.integer({ min: 1, max: LONGEST_RETENTION_DAYS }), { nil: undefined });

describe("retentionDaysOf", () => {
  it("keeps nothing longer than five years and victims a year, where nobody says otherwise", () => {
    expect(retentionDaysOf({}, "partner-a", false)).toBe(1826);
    expect(retentionDaysOf({}, "partner-a", true)).toBe(365);
    expect(retentionDaysOf({ victimDays: 90 }, "partner-a", true)).toBe(90);
  });

  it("is never longer than any rule that holds, whatever the rules are", () => {
    fc.assert(
      fc.property(days, days, days, fc.boolean(), (general, victimDays, ofSource, holdsVictims) => {
        const rules = {
          days: general,
          victimDays,
          sources: ofSource === undefined ? undefined : { "partner-a": ofSource },
        };
        const kept = retentionDaysOf(rules, "partner-a", holdsVictims);
        expect(kept).toBeGreaterThan(0);
        expect(kept).toBeLessThanOrEqual(general ?? LONGEST_RETENTION_DAYS);
        expect(kept).toBeLessThanOrEqual(ofSource ?? LONGEST_RETENTION_DAYS);
        if (holdsVictims) expect(kept).toBeLessThanOrEqual(retentionDaysOf(rules, "partner-a", false));
      }),
    );
  });
});

describe("deleteBy", () => {
  it("is a day of the calendar in UTC", () => {
    expect(deleteBy(Date.UTC(2026, 8, 1, 23, 59), 365)).toBe("2027-09-01");
  });
});

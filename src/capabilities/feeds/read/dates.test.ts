import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOrderOf, parseDate } from "./dates.ts";

const iso = (text: string, hints = {}) => {
  const millis = parseDate(text, hints);
  return millis === null ? null : new Date(millis).toISOString();
};

describe("parseDate", () => {
  it.each([
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31 07:05", "2026-01-31T07:05:00.000Z"],
    ["2026/01/31T07:05:09.5+02:00", "2026-01-31T05:05:09.500Z"],
    ["2026-01-31 07:05:09 UTC", "2026-01-31T07:05:09.000Z"],
    ["2026-01-31 07:05:09Z", "2026-01-31T07:05:09.000Z"],
    ["2026-01-31T07:05:09.123456-0530", "2026-01-31T12:35:09.123Z"],
    ["Sat, 31 Jan 2026 07:05:09 +0000", "2026-01-31T07:05:09.000Z"],
    ["31-Jan-2026 07:05", "2026-01-31T07:05:00.000Z"],
    ["Jan 31, 2026", "2026-01-31T00:00:00.000Z"],
    ["31/01/2026 07:05", "2026-01-31T07:05:00.000Z"],
    ["1/31/26 7:05 PM", "2026-01-31T19:05:00.000Z"],
    ["31.01.2026", "2026-01-31T00:00:00.000Z"],
    ["1769843109", "2026-01-31T07:05:09.000Z"],
    ["1769843109000", "2026-01-31T07:05:09.000Z"],
    [' "2026-01-31" ', "2026-01-31T00:00:00.000Z"],
  ])("reads %s", (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    "",
    "never",
    "2026-02-30",
    "31/31/2026",
    "2026-01-31 07:05:09 somewhere",
    "07:01:24",
    "12345",
    "(blank)",
  ])("says that %j is no date", (text) => expect(parseDate(text)).toBeNull());

  it("reads an open day order as told, day first by default", () => {
    expect(iso("03/04/2026")).toBe("2026-04-03T00:00:00.000Z");
    expect(iso("03/04/2026", { order: "mdy" })).toBe("2026-03-04T00:00:00.000Z");
    expect(iso("25/04/2026", { order: "mdy" })).toBe("2026-04-25T00:00:00.000Z");
  });

  it("reads a date without zone in the zone of the source", () => {
    expect(iso("2026-01-31 07:05", { timeZone: "Asia/Singapore" })).toBe("2026-01-30T23:05:00.000Z");
    expect(iso("31/07/2026 07:05", { timeZone: "Europe/Paris" })).toBe("2026-07-31T05:05:00.000Z");
    expect(iso("2026-07-31 07:05 +0000", { timeZone: "Europe/Paris" })).toBe("2026-07-31T07:05:00.000Z");
  });

  it("knows every day from 1970 to 2999, and no other", () => {
    const day = fc.tuple(
      fc.integer({ min: 1960, max: 3010 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    fc.assert(
      fc.property(day, ([year, month, dayOfMonth]) => {
        const text = [year, month, dayOfMonth].map((part) => String(part).padStart(2, "0")).join("-");
        const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
        const exists = year >= 1970 && year <= 2999 && date.toISOString().startsWith(text);
        expect(parseDate(text)).toBe(exists ? date.getTime() : null);
      }),
      { numRuns: 2000 },
    );
    expect(
      ["2000-02-29", "2024-02-29", "2100-02-29", "2023-02-29"].map((text) => iso(text) !== null),
    ).toEqual([true, true, false, false]);
  });

  it("reads every instant that JavaScript writes", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2099-12-31"), noInvalidDate: true }), (date) => {
        expect(parseDate(date.toISOString())).toBe(date.getTime());
        const seconds = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseDate(date.toUTCString())).toBe(seconds);
      }),
    );
  });

  it("answers any text with a number or null", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("0", "1", "3", "9", "-", "/", ":", " ", "T", "Z", "+", "a"),
          maxLength: 24,
        }),
        (text) => {
          const millis = parseDate(text, { timeZone: "America/Bogota" });
          expect(millis === null || Number.isFinite(millis)).toBe(true);
        },
      ),
    );
  });
});

describe("dayOrderOf", () => {
  it("believes the column's name before its values", () => {
    expect(dayOrderOf("reported (dd/mm/yyyy hh:mm)", ["04/05/2026"])).toBe("dmy");
    expect(dayOrderOf("Date (MM/DD/YYYY)", ["13/05/2026"])).toBe("mdy");
  });

  it("finds the order by a value that can be read one way only", () => {
    expect(dayOrderOf("date", ["04/05/2026", "13/05/2026"])).toBe("dmy");
    expect(dayOrderOf("date", ["04/05/2026", "05/13/2026"])).toBe("mdy");
    expect(dayOrderOf("date", ["04/05/2026"])).toBeUndefined();
    expect(dayOrderOf("date", ["13/05/2026", "05/13/2026"])).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import {
  combineHandlingCodes,
  forbidsCourtUse,
  HANDLING_CODES,
  needsOriginatorClearance,
  parseHandlingCode,
} from "./handling-codes.ts";

describe("handling codes", () => {
  it("are read in any case and nothing else is one", () => {
    expect(["h1", " H 3 ", "H4", ""].map(parseHandlingCode)).toEqual(["H1", "H3", null, null]);
  });

  it("add up, and H0 gives way to any restriction", () => {
    expect(combineHandlingCodes(["H0"], ["H2"], ["H1", "H2"])).toEqual(["H1", "H2"]);
    expect(combineHandlingCodes(["H0"], ["H0"])).toEqual(["H0"]);
    expect(combineHandlingCodes([], [])).toEqual([]);
  });

  it("never lose a restriction in any combination of two", () => {
    for (const a of HANDLING_CODES) {
      for (const b of HANDLING_CODES) {
        const both = combineHandlingCodes([a], [b]);
        expect([a, b].filter((code) => code !== "H0").every((code) => both.includes(code))).toBe(true);
      }
    }
  });

  it("say what a court and a third party need permission for", () => {
    expect(HANDLING_CODES.map((code) => forbidsCourtUse([code]))).toEqual([false, true, false, false]);
    expect(HANDLING_CODES.map((code) => needsOriginatorClearance([code]))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

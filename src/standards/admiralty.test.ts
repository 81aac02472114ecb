import { describe, expect, it } from "vitest";
import {
  confidenceOf,
  credibilityOf,
  formatAdmiralty,
  isInformationCredibility,
  parseAdmiralty,
} from "./admiralty.ts";

describe("the Admiralty code", () => {
  it("is read as people write it and written in one way", () => {
    for (const text of ["B2", "b2", " B-2 ", "B/2", "b 2"]) {
      const rating = parseAdmiralty(text);
      expect(rating && formatAdmiralty(rating)).toBe("B2");
    }
  });

  it("has no letter G, no 0 and no 7", () => {
    expect(["G1", "A0", "A7", "A", "2", ""].map(parseAdmiralty)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it("gives a confidence from credibility alone, and none where nothing can be judged", () => {
    expect([1, 2, 3, 4, 5, 6].filter(isInformationCredibility).map(confidenceOf)).toEqual([
      90,
      70,
      50,
      30,
      10,
      null,
    ]);
  });

  it("comes back from the confidence it gave", () => {
    for (const credibility of [1, 2, 3, 4, 5, 6].filter(isInformationCredibility)) {
      expect(credibilityOf(confidenceOf(credibility))).toBe(credibility);
    }
    expect(credibilityOf(101)).toBe(6);
  });
});

import { describe, expect, it } from "vitest";
import { PAP_LEVELS, parsePap, stricterPap } from "./pap.ts";

describe("PAP", () => {
  it("is read with its prefix, in any case, and under its old name", () => {
    expect(["PAP:RED", "pap:amber", "Green", "PAP:WHITE", "clear"].map(parsePap)).toEqual([
      "RED",
      "AMBER",
      "GREEN",
      "CLEAR",
      "CLEAR",
    ]);
  });

  it("is null, never open, when it cannot be read", () => {
    expect(["", "PAP", "TLP:RED", "AMBER+STRICT"].map(parsePap)).toEqual([null, null, null, null]);
  });

  it("is as closed as its most closed part", () => {
    expect(stricterPap("GREEN", "AMBER")).toBe("AMBER");
    expect([...PAP_LEVELS].reduce(stricterPap)).toBe("RED");
  });
});

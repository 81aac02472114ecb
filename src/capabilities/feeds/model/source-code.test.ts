import { describe, expect, it } from "vitest";
import { sourceCode } from "./source-code.ts";

describe("sourceCode", () => {
  it("is one letter and six characters that follow from the source, the operation and the salt alone", () => {
    const code = sourceCode("salt", "harbour", "partner-a");
    expect(code).toMatch(/^S[0-9A-HJKMNP-TV-Z]{6}$/);
    expect(sourceCode("salt", "harbour", "partner-a")).toBe(code);
    const others = [
      sourceCode("other", "harbour", "partner-a"),
      sourceCode("salt", "quay", "partner-a"),
      sourceCode("salt", "harbour", "partner-b"),
      sourceCode("salt", "harbourp", "artner-a"),
    ];
    expect(new Set([code, ...others]).size).toBe(5);
  });

  it("spreads over all codes", () => {
    const codes = Array.from({ length: 10_000 }, (_, at) => sourceCode("salt", "harbour", `source-${at}`));
    expect(new Set(codes).size).toBeGreaterThan(9_990);
    for (let place = 1; place <= 6; place++)
      expect(new Set(codes.map((code) => code.charAt(place))).size).toBe(32);
  });
});

import { describe, expect, it } from "vitest";
import { countryMap } from "./country-map.ts";

describe("countryMap", () => {
  it.each(["ID", "RU", "FJ", "US"])("highlights %s inside the picture", (country) => {
    const svg = countryMap(country);
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 \d+ \d+"/);
    expect(svg).toContain('fill="#1f4e79"');
    expect(svg).not.toContain("NaN");
  });

  it("rings what is too small to be seen, and marks what has no shape", () => {
    expect(countryMap("MV")).toContain("<circle");
    expect(countryMap("GP")).toContain("<circle");
  });

  it("draws nothing for a code that no map knows, and writes no names", () => {
    expect(countryMap("ZZ")).toBeNull();
    expect(countryMap("ID")).not.toContain("<text");
  });
});

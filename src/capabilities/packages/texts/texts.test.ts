import { describe, expect, it } from "vitest";
import { catalogueFaults } from "#platform/i18n/catalogue-faults.ts";

describe("texts of packages", () => {
  it("have the same keys and placeholders in all four languages", () => {
    expect(catalogueFaults(new URL("./", import.meta.url))).toEqual([]);
  });
});

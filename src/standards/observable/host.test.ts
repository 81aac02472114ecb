import { describe, expect, it } from "vitest";
import { countryCodeOf, hasKnownSuffix, publicSuffix, registrableDomain, siteOf } from "./host.ts";

describe("host names", () => {
  it("are registered one label above their public suffix, private suffixes included", () => {
    expect(registrableDomain("a.b.example.co.uk")).toBe("example.co.uk");
    expect(registrableDomain("shop.customer.github.io")).toBe("customer.github.io");
    expect(registrableDomain("www.ministry.example")).toBe("ministry.example");
    expect(registrableDomain("co.uk")).toBeNull();
    expect(registrableDomain("192.0.2.1")).toBeNull();
    expect(publicSuffix("a.gov.mm")).toBe("gov.mm");
  });

  it("hint at a country by their last two letters", () => {
    const codes = [
      "a.id",
      "a.co.uk",
      "a.su",
      "a.eu",
      "a.ac",
      "a.com",
      "a.example",
      "a.xn--p1ai",
      "192.0.2.1",
    ];
    expect(codes.map(countryCodeOf)).toEqual(["ID", "GB", null, null, "SH", null, null, "RU", null]);
  });

  it("count as one site with and without www (C-4)", () => {
    expect(siteOf("www.a.example")).toBe("a.example");
    expect(siteOf("a.example")).toBe("a.example");
    expect(siteOf("www.example")).toBe("www.example");
    expect(siteOf("www2.a.example")).toBe("www2.a.example");
  });

  it("are told from file names by their top-level domain", () => {
    expect(["a.example", "a.test", "a.com", "a.github.io"].every(hasKnownSuffix)).toBe(true);
    expect(["report.docx", "setup.exe", "run.dll"].some(hasKnownSuffix)).toBe(false);
  });
});

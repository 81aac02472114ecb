import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refang } from "./refang.ts";

describe("refang", () => {
  it("returns the very text when nothing is defanged", () => {
    for (const text of ["192.0.2.1", "http://a.example/x?y=(z)", "h.example", "2001:db8::", "a.example?"]) {
      expect(refang(text)).toBe(text);
    }
  });

  it("keeps the path byte for byte but for bracketed marks", () => {
    expect(refang("hxxp://a[.]example/a\\.b dot c.,")).toBe("http://a.example/a\\.b dot c.,");
    expect(refang("http://a.example/x[.]php")).toBe("http://a.example/x.php");
    expect(refang("http://a.example/(a)")).toBe("http://a.example/(a)");
  });

  it("keeps the joiners that Persian names are written with", () => {
    expect(refang("نامه\u200Cای.example")).toBe("نامه\u200Cای.example");
    expect(refang("a\u200C.example")).toBe("a.example");
  });

  it("ends at once on long hostile text and is stable", () => {
    const hostile = [
      "[".repeat(8000),
      " ".repeat(8000),
      "[.".repeat(4000),
      "dot ".repeat(2000),
      "(".repeat(4000) + ".".repeat(4000),
    ];
    const started = performance.now();
    for (const text of hostile) refang(text);
    expect(performance.now() - started).toBeLessThan(2000);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[](){}.: dotax/\"'"), maxLength: 30 }), (text) => {
        const once = refang(text);
        expect(refang(once)).toBe(once);
      }),
    );
  });

  it("reads the dot in the words of Spanish, Portuguese and French reports", () => {
    expect(["evil[punto]example", "evil(ponto)example", "evil[ point ]example"].map(refang)).toEqual(
      Array(3).fill("evil.example"),
    );
  });
});

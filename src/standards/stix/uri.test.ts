import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformingUri } from "./uri.ts";

describe("conformingUri", () => {
  it("encodes what RFC 3986 does not allow and leaves everything else alone", () => {
    expect(conformingUri("https://a.example/x y/{z}?q=é|[1]#f#g")).toBe(
      "https://a.example/x%20y/%7Bz%7D?q=%C3%A9%7C%5B1%5D#f%23g",
    );
    expect(conformingUri("http://[2001:db8::1]:8080/%41%zz")).toBe("http://[2001:db8::1]:8080/%41%25zz");
    expect(conformingUri("https://a.example/b?c=d&e=%20#f")).toBe("https://a.example/b?c=d&e=%20#f");
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = conformingUri(`http://a.example/${text}`);
        expect(conformingUri(once)).toBe(once);
        expect(once).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });
});

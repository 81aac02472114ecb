import { describe, expect, it } from "vitest";
import { printable, printableIdentifier } from "./printable.ts";

describe("printable", () => {
  it("leaves what the fonts have and writes out what they do not", () => {
    for (const text of ["Ünïcödé – « ; »", "خوادم القيادة والتحكم", "Ελληνικά Кириллица", "1\u202F234"]) {
      expect(printable(text)).toBe(text);
    }
    expect(printable("漢字")).toBe("\\u{6F22}\\u{5B57}");
    expect(printable("a\u0000\u202Eb")).toBe("a\\u{0}\\u{202E}b");
  });

  it("isolates identifiers and shortens long ones", () => {
    expect(printableIdentifier("192.0.2.1")).toBe("\u2066192.0.2.1\u2069");
    expect(printableIdentifier("abcdef", 3)).toBe("\u2066abc…\u2069");
  });
});

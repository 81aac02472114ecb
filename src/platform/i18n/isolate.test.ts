import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isolate, visibleText, withoutIsolates } from "./isolate.ts";

describe("isolate", () => {
  it("wraps an identifier and gives it back byte for byte", () => {
    expect(isolate("2026-11-01")).toBe("\u20662026-11-01\u2069");
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]*$/), (text) => {
        expect(withoutIsolates(isolate(text))).toBe(text);
      }),
    );
  });

  it("lets no text of strangers end the isolate, hide or reorder", () => {
    expect(isolate("a\u2069\u202Eexe.fdp")).toBe("\u2066a\\u{2069}\\u{202E}exe.fdp\u2069");
    expect(visibleText("nul\0 line\nseparator\u2028 lone\uD800")).toBe(
      "nul\\u{0} line\\u{A}separator\\u{2028} lone\uFFFD",
    );
  });
});

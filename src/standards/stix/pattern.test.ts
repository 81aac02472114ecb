import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OBSERVABLE_TYPES } from "../observable/types.ts";
import { observablePattern, stringLiteral } from "./pattern.ts";
import { patternFault } from "./pattern-syntax.ts";

describe("observablePattern", () => {
  it("writes each kind of observable as the standard spells it", () => {
    expect(observablePattern({ type: "ipv4-addr", value: "192.0.2.1" })).toBe(
      "[ipv4-addr:value = '192.0.2.1']",
    );
    expect(observablePattern({ type: "ipv4-cidr", value: "192.0.2.0/24" })).toBe(
      "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
    );
    expect(observablePattern({ type: "file-sha256", value: "ab" })).toBe("[file:hashes.'SHA-256' = 'ab']");
    expect(observablePattern({ type: "file-md5", value: "ab" })).toBe("[file:hashes.MD5 = 'ab']");
    expect(observablePattern({ type: "autonomous-system", value: "AS64500" })).toBe(
      "[autonomous-system:number = 64500]",
    );
  });

  it("escapes quotes and backslashes", () => {
    expect(stringLiteral("a'b\\c")).toBe("'a\\'b\\\\c'");
  });

  it("parses whatever the value holds", () => {
    const types = OBSERVABLE_TYPES.filter((type) => type !== "autonomous-system");
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.string({ unit: "binary" }), (type, value) => {
        expect(patternFault(observablePattern({ type, value }))).toBeNull();
      }),
    );
  });
});

describe("patternFault", () => {
  it.each([
    "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [url:value LIKE 'http%'] WITHIN 5 SECONDS",
    "([file:hashes.'SHA-1' IN ('a', 'b')] AND [file:size > 10]) REPEATS 2 TIMES",
    "[network-traffic:extensions.'http-request-ext'.request_header[*] MATCHES 'x' AND (a-b:c NOT = true OR EXISTS d:e)]",
  ])("takes %s", (pattern) => expect(patternFault(pattern)).toBeNull());

  it.each([
    "",
    "[]",
    "[ipv4-addr:value = 'a'b']",
    "[ipv4-addr:value = ]",
    "ipv4-addr:value = 'x'",
    "[a:b = 'x'",
  ])("refuses %s", (pattern) => expect(patternFault(pattern)).not.toBeNull());
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPattern } from "./pattern.ts";

const texts = (pattern: string) => readPattern(pattern).map(({ property, text }) => `${property} ${text}`);

describe("a STIX pattern", () => {
  it.each([
    ["[ipv4-addr:value = '192.0.2.1']", ["ipv4-addr:value 192.0.2.1"]],
    ["  [ url:value='http://a.example/x' ] ", ["url:value http://a.example/x"]],
    [
      "[file:hashes.'SHA-256' = 'ab' OR file:hashes.MD5 = 'cd']",
      ["file:hashes.SHA-256 ab", "file:hashes.MD5 cd"],
    ],
    [
      "[domain-name:value IN ('a.example', 'b.example')]",
      ["domain-name:value a.example", "domain-name:value b.example"],
    ],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ["ipv4-addr:value 198.51.100.0/24"]],
    ["[domain-name:value LIKE 'a.example']", ["domain-name:value a.example"]],
    [
      "[domain-name:resolves_to_refs[*].value = '192.0.2.1']",
      ["domain-name:resolves_to_refs.value 192.0.2.1"],
    ],
    ["[autonomous-system:number = 64500]", ["autonomous-system:number 64500"]],
    [
      "([ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [url:value = 'x']) WITHIN 600 SECONDS",
      ["ipv4-addr:value 192.0.2.1", "url:value x"],
    ],
    [
      "[url:value = 'x'] REPEATS 5 TIMES START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z' AND [url:value = 'y']",
      ["url:value x", "url:value y"],
    ],
    [
      "[(url:value = 'x' AND (url:value = 'y' OR url:value = 'z'))]",
      ["url:value x", "url:value y", "url:value z"],
    ],
    [
      "[url:value = 'x' or url:value = 'y'] and [url:value = 'z']",
      ["url:value x", "url:value y", "url:value z"],
    ],
  ])("%s asserts its values", (pattern, expected) => {
    expect(texts(pattern)).toEqual(expected);
  });

  it.each([
    "[url:value != 'x']",
    "[url:value NOT = 'x']",
    "[url:value NOT IN ('x', 'y')]",
    "[url:value MATCHES '^x']",
    "[url:value LIKE '%x']",
    "[ipv4-addr:value ISSUPERSET '192.0.2.1']",
    "[file:size > 5 AND file:size <= 9]",
    "[EXISTS url:value]",
    "[NOT EXISTS windows-registry-key:values]",
  ])("%s asserts no value", (pattern) => {
    expect(texts(pattern)).toEqual([]);
  });

  it("undoes the escapes of a string, and only those", () => {
    expect(texts(String.raw`[url:value = 'a\'b\\c]']`)).toEqual([String.raw`url:value a'b\c]`]);
  });

  it("gives any text back that was quoted as the standard says", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
        expect(readPattern(`[url:value = ${quoted}]`)[0]?.text).toBe(text);
      }),
    );
  });

  it("joins a port to the values of its own conjunction only", () => {
    const ports = (pattern: string) => readPattern(pattern).map(({ port }) => port);
    const to = "network-traffic:dst_ref.value = '192.0.2.1'";
    expect(ports(`[${to} AND network-traffic:dst_port = 443]`)).toEqual([443]);
    expect(ports(`[(${to} OR ${to}) AND network-traffic:dst_port = 443]`)).toEqual([443, 443]);
    expect(ports(`[${to} OR ${to} AND network-traffic:dst_port = 443]`)).toEqual([undefined, 443]);
    expect(ports(`[${to} AND network-traffic:dst_port IN (80, 443)]`)).toEqual([undefined]);
    expect(ports(`[${to} AND network-traffic:dst_port != 443]`)).toEqual([undefined]);
    expect(ports(`[${to} AND (network-traffic:dst_port = 80 OR network-traffic:dst_port = 81)]`)).toEqual([
      undefined,
    ]);
  });

  it.each([
    ["", "expected [ at character 1, found the end"],
    ["ipv4-addr:value = 'x'", "expected [ at character 1"],
    ["[ipv4-addr:value = 'x'", "expected ]"],
    ["[ipv4-addr:value = 'x]", "expected a closing quote"],
    ["[ipv4-addr:value 'x']", "expected a comparison operator"],
    ["[ipv4-addr = 'x']", "expected an object path"],
    ["[url:value = 'x'] trailing", "expected the end"],
    ["[url:value = x]", "expected a value"],
  ])("%s is refused with the place of the fault", (pattern, message) => {
    expect(() => readPattern(pattern)).toThrow(message);
  });

  it("any beginning of a pattern is read or refused, and nothing else is thrown", () => {
    const whole = String.raw`([a:b[*].c = 'x\'y' AND (d:e IN (1, 2) OR NOT EXISTS f:g)] OR [h:i LIKE 'j']) REPEATS 2 TIMES`;
    for (let length = 0; length < whole.length; length++) {
      try {
        readPattern(whole.slice(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }
    expect(readPattern(whole)).toHaveLength(4);
  });

  it("refuses deep nesting, and reads a long pattern in linear time", () => {
    expect(() => readPattern(`${"(".repeat(100_000)}[a:b = 1]`)).toThrow("parentheses");
    expect(() => readPattern(`[${"(".repeat(100_000)}a:b = 1]`)).toThrow("parentheses");
    const started = performance.now();
    const many = Array.from({ length: 100_000 }, (_, index) => `url:value = '${index}'`);
    expect(readPattern(`[${many.join(" OR ")}]`)).toHaveLength(100_000);
    expect(readPattern(`[${many.join(" AND ")}]`)).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

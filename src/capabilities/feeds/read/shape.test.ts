import { describe, expect, it } from "vitest";
import { shapeOf } from "./shape.ts";

describe("shapeOf", () => {
  it.each([
    ["192.0.2.1", "ip"],
    ["192[.]0[.]2[.]1:8080", "ip"],
    ["2001:db8::1", "ip"],
    ["[2001:db8::1]:443", "ip"],
    ["192.0.2.0/24", "cidr"],
    ["2001:db8::/32", "cidr"],
    ["bad.example.test", "domain"],
    ["bad[.]example[dot]test", "domain"],
    ["*.example.test", "domain"],
    ["hxxps://bad.example.test/a", "url"],
    ["h**p://bad.example.test/a", "url"],
    ["bad.example.test/login?x=1", "url"],
    ["someone@example.test", "email"],
    ["d41d8cd98f00b204e9800998ecf8427e", "hash"],
    ["a".repeat(64), "hash"],
  ])("takes %s for an indicator", (text, shape) => expect(shapeOf(text)).toBe(shape));

  it.each([
    "",
    "tcp",
    "443",
    "2026-01-31",
    "2026-01-31 10:00:00",
    "invoice.pdf",
    "AS64500",
    "10:30",
    "a.b",
    "Example Ltd.",
    "1.5",
    "/gate.php",
  ])("does not take %j for one", (text) => expect(shapeOf(text)).toBeNull());

  it("answers a hostile text at once", () => {
    const started = performance.now();
    for (const hostile of [
      `${"a.".repeat(2000)}!`,
      `${"a-".repeat(2000)}.`,
      `${"1.".repeat(2000)}`,
      ":".repeat(4000),
      `${"[.]".repeat(1300)}`,
    ]) {
      shapeOf(hostile);
    }
    expect(performance.now() - started).toBeLessThan(200);
  });
});

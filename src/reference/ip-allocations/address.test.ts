import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipv4Number, ipv4Text, ipv6Text, readIpv6 } from "./address.ts";

describe("addresses", () => {
  it("of IPv4 are read as the platform reads them, and back", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(ipv4Text(ipv4Number(text))).toBe(text);
      }),
    );
    expect(ipv4Number("255.255.255.255")).toBe(2 ** 32 - 1);
  });

  it("of IPv6 are read as the URL standard reads them, in every text form", () => {
    const words = new Uint32Array(4);
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(readIpv6(text, words)).toBe(true);
        expect(ipv6Text(words)).toBe(writtenOut(new URL(`http://[${text}]/`).hostname.slice(1, -1)));
      }),
    );
  });

  it("that are none are refused", () => {
    const words = new Uint32Array(4);
    const nearly = fc.string({ unit: fc.constantFrom(..."0123456789abf:.g "), maxLength: 20 });
    fc.assert(
      fc.property(nearly, (text) => {
        expect(ipv4Number(text) >= 0).toBe(isIPv4(text));
        expect(readIpv6(text, words)).toBe(isIPv6(text));
      }),
      { numRuns: 3000 },
    );
    for (const text of ["", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "a.b.c.d"])
      expect(ipv4Number(text)).toBe(-1);
    for (const text of ["1::2::3", ":1", "1:", "1:2:3:4:5:6:7:8:9", "12345::", "::1.2.3", "::%eth0"])
      expect(readIpv6(text, words)).toBe(false);
  });
});

/** The eight groups of an address in the short form of RFC 5952. */
function writtenOut(short: string): string {
  const [head = "", tail] = short.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after].join(":");
}

import { readFileSync } from "node:fs";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { rangeTable } from "./range-table.ts";
import { allowedRanges, EXERCISE_RANGES, reservedRange } from "./ranges.ts";

describe("reservedRange", () => {
  it("names the range of the first, an inner and the last address, and leaves the neighbours alone", () => {
    const cases: [string, string | null][] = [
      ["10.0.0.0", "private"],
      ["10.255.255.255", "private"],
      ["11.0.0.0", null],
      ["9.255.255.255", null],
      ["172.15.255.255", null],
      ["172.16.0.0", "private"],
      ["172.31.255.255", "private"],
      ["172.32.0.0", null],
      ["100.64.0.1", "carrier-grade NAT"],
      ["100.128.0.0", null],
      ["127.0.0.1", "loopback"],
      ["169.254.1.1", "link-local"],
      ["192.0.2.1", "documentation"],
      ["192.0.3.0", null],
      ["198.18.0.1", "benchmarking"],
      ["198.20.0.0", null],
      ["224.0.0.1", "multicast"],
      ["239.255.255.255", "multicast"],
      ["240.0.0.0", "reserved"],
      ["255.255.255.255", "limited broadcast"],
      ["0.0.0.0", "this network"],
      ["::", "unspecified"],
      ["::1", "loopback"],
      ["::2", null],
      ["2001:db8::1", "documentation"],
      ["2001:db9::", null],
      ["2001::1", "Teredo"],
      ["2001:1::1", "protocol assignments"],
      ["2001:2::1", "benchmarking"],
      ["2001:200::", null],
      ["fe80::1", "link-local"],
      ["fd00::1", "unique local"],
      ["ff02::1", "multicast"],
      ["2a00::1", null],
    ];
    for (const [address, name] of cases) expect([address, reservedRange(address)]).toEqual([address, name]);
  });

  it("judges a network by its first address", () => {
    expect(reservedRange("10.1.0.0/16")).toBe("private");
    expect(reservedRange("198.18.4.0/24", allowedRanges(EXERCISE_RANGES))).toBeNull();
  });

  it("lets an exercise use its ranges and no other", () => {
    const allowed = allowedRanges(EXERCISE_RANGES);
    const addresses = ["198.18.0.1", "198.19.255.255", "2001:db8::1", "192.0.2.1", "10.0.0.1"];
    expect(addresses.map((address) => reservedRange(address, allowed))).toEqual([
      null,
      null,
      null,
      "documentation",
      "private",
    ]);
  });

  it("says nothing about what is no address", () => {
    expect(
      ["", "a.example", "192.0.2", "192.0.2.1.1", "192.0.2.256", "1:2", "::1::"].map((text) =>
        reservedRange(text),
      ),
    ).toEqual(new Array(7).fill(null));
  });

  it("has a table whose every row is a network, a name and a document", () => {
    const rows = readFileSync(new URL("ranges.csv", import.meta.url), "utf8")
      .trimEnd()
      .split("\n")
      .slice(1);
    for (const row of rows) expect(row).toMatch(/^[0-9a-f.:]+\/\d+,[A-Za-z0-9 ()/-]+,RFC \d+$/);
    expect(new Set(rows.map((row) => row.split(",")[0])).size).toBe(rows.length);
  });
});

describe("rangeTable", () => {
  it("finds the most specific network, as a plain scan over all of them does", () => {
    const network4 = fc.tuple(fc.constantFrom(10, 11, 192), fc.ipV4(), fc.integer({ min: 0, max: 32 }));
    const network6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(
        fc.array(network4),
        fc.array(network6),
        fc.array(fc.ipV4()),
        fc.array(fc.ipV6()),
        (low, high, a4, a6) => {
          const ranges = [
            ...low.map(([first, rest, length]) => `${first}.${rest.split(".").slice(1).join(".")}/${length}`),
            ...high.map(([address, length]) => `${plainIpv6(address)}/${length}`),
          ];
          const table = rangeTable(ranges.map((range) => ({ range, about: Number(range.split("/")[1]) })));
          const heads = ranges.map((range) => range.split("/")[0] ?? "");
          for (const address of [...a4, ...a6.map(plainIpv6), ...heads]) {
            expect(table.find(address)).toBe(longestMatch(ranges, address));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("refuses what is no network, by name", () => {
    for (const range of ["192.0.2.0/33", "a.example", "192.0.2.0/", "::/129", "1::2::3"]) {
      expect(() => rangeTable([{ range, about: 1 }])).toThrow(range);
    }
  });
});

function plainIpv6(address: string): string {
  return ipaddr.IPv6.parse(address).toString();
}

function longestMatch(ranges: readonly string[], address: string): number | null {
  const wanted = ipaddr.parse(address);
  const lengths = ranges
    .map((range) => ipaddr.parseCIDR(range))
    .filter(([network, length]) => network.kind() === wanted.kind() && wanted.match(network, length))
    .map(([, length]) => length);
  return lengths.length === 0 ? null : Math.max(...lengths);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS, networkOf, waitAfter } from "./lockout.ts";

describe("waitAfter", () => {
  it("lets a few failures go, then doubles, and never shuts anybody out for longer than an hour", () => {
    expect([0, 4, 5, 6, 7, 12, 1000].map((failures) => waitAfter(failures, LIMITS.account.free))).toEqual([
      0, 0, 30, 60, 120, 3600, 3600,
    ]);
  });

  it("never shrinks with a further failure", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(60), (at, free) => waitAfter(at, free) <= waitAfter(at + 1, free)),
    );
  });
});

describe("networkOf", () => {
  it("counts an IPv4 address by itself, however it is written", () => {
    expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
    expect(networkOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
  });

  it("counts all addresses of one IPv6 subscriber together, and those of two apart", () => {
    const one = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff:1:2:3", "2001:0db8:0001:0002::"].map(networkOf);
    expect(new Set(one)).toEqual(new Set(["2001:db8:1:2::/64"]));
    expect(networkOf("2001:db8:1:3::1")).not.toBe(one[0]);
    expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0::/64");
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
  });
});

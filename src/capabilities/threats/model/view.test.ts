import { describe, expect, it } from "vitest";
import type { Handling } from "#capabilities/operations/index.ts";
import type { KnownThreat, StatedAssertion } from "./known-threat.ts";
import { viewOf } from "./view.ts";

const day = (number: number) => Date.UTC(2026, 9, number);
const frame = { asOf: day(20), from: day(1), to: day(30) };
const handling: Handling = {
  tlp: "GREEN",
  pap: null,
  codes: [],
  releasableTo: null,
  expiresOn: null,
  mayBeNamed: true,
};
const sourceOf = (number: number): StatedAssertion["source"] => ({
  id: number,
  operation: 1,
  externalId: `partner-${number}`,
  code: `S0${number}`,
  name: `Example Partner ${number}`,
  kind: "partner",
  country: null,
  reliability: "B",
  credibility: 2,
  standing: { mayBeNamed: true },
});
const said = (changes: Partial<StatedAssertion> = {}): StatedAssertion => ({
  source: sourceOf(1),
  handling,
  content: "1",
  delivery: 1,
  part: 0,
  row: 1,
  isPositive: true,
  port: null,
  confidence: null,
  country: null,
  firstSeen: null,
  lastSeen: null,
  validUntil: null,
  raw: null,
  families: [],
  target: null,
  reference: null,
  ...changes,
});
const view = (assertions: readonly StatedAssertion[], changes: Partial<KnownThreat> = {}) =>
  viewOf(
    { id: "1", type: "ipv4-addr", role: "c2", value: "198.18.0.1", host: null, assertions, ...changes },
    frame,
  );

describe("viewOf", () => {
  it("gathers families, ports and targets once each, in order", () => {
    const seen = view([
      said({ families: ["zeta", "alpha"], port: 8080, target: "Bank" }),
      said({ families: ["alpha"], port: 443 }),
      said({ port: 8080, target: "Bank" }),
    ]);
    expect(seen).toMatchObject({
      families: ["alpha", "zeta"],
      ports: [443, 8080],
      targets: ["Bank"],
      assertions: 3,
    });
  });

  it("takes the first sighting from any word and the last only from positive ones", () => {
    const seen = view([
      said({ firstSeen: day(3), lastSeen: day(10) }),
      said({ lastSeen: day(2) }),
      said({ isPositive: false, lastSeen: day(12) }),
    ]);
    expect(seen).toMatchObject({ firstSeen: day(2), lastSeen: day(10), liveness: "inactive" });
  });

  it("keeps a source a code as soon as one of its statements may not name it", () => {
    const closed = { ...handling, mayBeNamed: false };
    const seen = view([
      said(),
      said({ source: sourceOf(2) }),
      said({ handling: closed }),
      said(),
      said({ source: sourceOf(3), handling: closed }),
    ]);
    expect(seen.sources.map(({ code, name }) => [code, name])).toEqual([
      ["S01", null],
      ["S02", "Example Partner 2"],
      ["S03", null],
    ]);
  });

  it("carries the most restrictive handling of its parts", () => {
    const seen = view([
      said({ handling: { ...handling, tlp: "AMBER", codes: ["H1"] } }),
      said({ handling: { ...handling, pap: "RED" } }),
    ]);
    expect(seen.handling).toEqual({ tlp: "AMBER", pap: "RED", codes: ["H1"] });
  });

  it.each([
    ["within the window", said({ lastSeen: day(5) }), true],
    ["before the window", said({ lastSeen: day(0) }), false],
    ["from before it to after it", said({ firstSeen: day(-9), lastSeen: day(40) }), true],
    ["undated, for the delivery's window stands for it", said(), true],
    ["only as gone", said({ isPositive: false, lastSeen: day(5) }), false],
  ])("counts a threat as seen in the operation when it was seen %s: %s", (_what, assertion, expected) => {
    expect(view([assertion]).seenInOperation).toBe(expected);
  });

  it("has the address or name itself as its host, a URL's as given, and a hash none", () => {
    expect(view([said()]).host).toBe("198.18.0.1");
    expect(view([said()], { type: "url", value: "http://a.example/x", host: "a.example" }).host).toBe(
      "a.example",
    );
    expect(view([said()], { type: "file-md5", value: "0".repeat(32) }).host).toBeNull();
  });

  it("does not depend on the order of the statements", () => {
    const assertions = [
      said({ families: ["b"], lastSeen: day(3), reference: "x" }),
      said({ source: sourceOf(2), families: ["a"], confidence: 50, reference: "x" }),
      said({
        source: sourceOf(3),
        isPositive: false,
        lastSeen: day(4),
        handling: { ...handling, tlp: "RED" },
      }),
    ];
    expect(view(assertions.toReversed())).toEqual(view(assertions));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TLP_LEVELS } from "#standards/tlp.ts";
import { CODES, combineHandling, type Handling, PAP_LEVELS, tightenByMarking } from "./handling.ts";
import { decideReading, type Originator, type Reader } from "./reading.ts";

const handlings: fc.Arbitrary<Handling> = fc.record({
  tlp: fc.constantFrom(...TLP_LEVELS),
  pap: fc.option(fc.constantFrom(...PAP_LEVELS)),
  codes: fc.subarray([...CODES]),
  releasableTo: fc.option(fc.subarray(["ID", "MY", "SG", "TH"])),
  expiresOn: fc.option(fc.constantFrom("2026-10-01", "2026-12-01")),
  mayBeNamed: fc.boolean(),
});
const originators: fc.Arbitrary<Originator> = fc.oneof(
  fc.record({
    source: fc.constant("p-1"),
    kind: fc.constantFrom("partner" as const, "csirt" as const),
    country: fc.constant(null),
  }),
  fc.record({
    source: fc.constant("c-1"),
    kind: fc.constant("country" as const),
    country: fc.constantFrom("ID", "MY"),
  }),
);
const countries: fc.Arbitrary<Reader> = fc
  .constantFrom("ID", "MY", "SG", "FR")
  .map((country) => ({ kind: "country" as const, country }));
const participants = ["ID", "MY", "SG", "TH"];
const may = (reader: Reader, originator: Originator, handling: Handling) =>
  decideReading(reader, originator, handling, participants, "2026-11-15").may;

describe("combineHandling", () => {
  it("is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(handlings, handlings, handlings, (a, b, c) => {
        expect(combineHandling(a, b)).toEqual(combineHandling(b, a));
        expect(combineHandling(combineHandling(a, b), c)).toEqual(combineHandling(a, combineHandling(b, c)));
        expect(combineHandling(a, a)).toEqual(a);
      }),
    );
  });

  it("never lets a reader see the whole who may not see each part", () => {
    fc.assert(
      fc.property(handlings, handlings, originators, countries, (a, b, originator, reader) => {
        if (!may(reader, originator, combineHandling(a, b))) return;
        expect(may(reader, originator, a)).toBe(true);
        expect(may(reader, originator, b)).toBe(true);
      }),
    );
  });

  it("treats an empty releasable-to list as nobody", () => {
    fc.assert(
      fc.property(handlings, countries, (handling, reader) => {
        const partner: Originator = { source: "p-1", kind: "partner", country: null };
        expect(may(reader, partner, { ...handling, releasableTo: [] })).toBe(false);
      }),
    );
  });
});

describe("decideReading", () => {
  const partner: Originator = { source: "p-1", kind: "partner", country: null };
  const plain: Handling = {
    tlp: "AMBER",
    pap: null,
    codes: [],
    releasableTo: null,
    expiresOn: null,
    mayBeNamed: false,
  };
  const indonesia: Reader = { kind: "country", country: "ID" };

  it.each([
    ["AMBER reaches a participating country", plain, "ID", true],
    ["AMBER does not reach a country outside the operation", plain, "FR", false],
    ["GREEN reaches a country outside the operation", { ...plain, tlp: "GREEN" as const }, "FR", true],
    ["AMBER+STRICT stays at the desk", { ...plain, tlp: "AMBER+STRICT" as const }, "ID", false],
    ["RED stays at the desk", { ...plain, tlp: "RED" as const }, "ID", false],
    [
      "RED reaches the one country that is named",
      { ...plain, tlp: "RED" as const, releasableTo: ["ID"] },
      "ID",
      true,
    ],
    [
      "a list without the country closes even GREEN",
      { ...plain, tlp: "GREEN" as const, releasableTo: ["MY"] },
      "ID",
      false,
    ],
    ["H2 needs the originator's word", { ...plain, codes: ["H2" as const] }, "ID", false],
    [
      "H2 is given by naming the reader",
      { ...plain, codes: ["H2" as const], releasableTo: ["ID"] },
      "ID",
      true,
    ],
    [
      "H3 is closed, because no rule reads its free text",
      { ...plain, codes: ["H3" as const], releasableTo: ["ID"] },
      "ID",
      false,
    ],
    ["H1 limits use in court, not reading", { ...plain, codes: ["H1" as const] }, "ID", true],
    ["an expired row is closed", { ...plain, expiresOn: "2026-11-14" }, "ID", false],
    ["the last day still counts", { ...plain, expiresOn: "2026-11-15" }, "ID", true],
  ])("%s", (_promise, handling, country, expected) => {
    expect(may({ kind: "country", country }, partner, handling)).toBe(expected);
  });

  it("shows a country its own submission whatever its handling", () => {
    const malaysia: Originator = { source: "c-1", kind: "country", country: "MY" };
    const closed: Handling = { ...plain, tlp: "RED", codes: ["H3"], releasableTo: [] };
    expect(may({ kind: "country", country: "MY" }, malaysia, closed)).toBe(true);
    expect(may(indonesia, malaysia, closed)).toBe(false);
  });

  it("shows a source its own statements and nobody else's", () => {
    expect(may({ kind: "source", source: "p-1" }, partner, plain)).toBe(true);
    expect(may({ kind: "source", source: "p-2" }, partner, plain)).toBe(false);
  });
});

describe("tightenByMarking", () => {
  it("never opens what the agreement closed", () => {
    const closed: Handling = {
      tlp: "RED",
      pap: "RED",
      codes: [],
      releasableTo: null,
      expiresOn: null,
      mayBeNamed: false,
    };
    expect(tightenByMarking(closed, "CLEAR", "CLEAR")).toEqual(closed);
  });
});

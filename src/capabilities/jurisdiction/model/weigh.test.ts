import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BASES,
  BASIS_ORDER,
  basisOfCode,
  type Evidence,
  evidenceOf,
  reasonOfCode,
  UNASSIGNED_REASONS,
} from "./evidence.ts";
import { decideCountries } from "./weigh.ts";

const registry = (country: string, asOf = "2026-06-17") =>
  evidenceOf("address-allocation", country, "registry", { asOf });
const second = (country: string) => evidenceOf("second-allocation", country, "dbip", { asOf: "2026-06-01" });
const word = (country: string, source = "S1", weight = 40) =>
  evidenceOf("source-word", country, source, { weight });
const domain = (country: string) => evidenceOf("country-code-domain", country, country.toLowerCase());
const government = (country: string) =>
  evidenceOf("government-suffix", country, `gov.${country.toLowerCase()}`);

const leading = (evidence: readonly Evidence[]) => decideCountries(evidence).roles[0];

describe("of an address", () => {
  it("the registry's allocation decides, and a second table that agrees corroborates", () => {
    const decision = decideCountries([second("ID"), registry("ID")]);
    expect(decision.roles).toHaveLength(1);
    expect(decision.roles[0]).toMatchObject({
      role: "hosting",
      country: "ID",
      decidedBy: { basis: "address-allocation", by: "registry" },
      disagreement: [],
    });
    expect(decision.roles[0]?.corroboration).toEqual([second("ID")]);
    expect(decision.review).toEqual([]);
  });

  it("a second table that disagrees is kept, shown and sent to review, and does not decide", () => {
    const decision = decideCountries([second("SG"), registry("ID")]);
    expect(decision.countries).toEqual(["ID"]);
    expect(decision.roles[0]?.disagreement).toEqual([second("SG")]);
    expect(decision.review).toEqual(["tables-disagree"]);
  });

  it("the second table decides where the registry is silent", () => {
    expect(leading([second("SG"), word("ID")])).toMatchObject({
      country: "SG",
      disagreement: [{ basis: "source-word" }],
    });
  });

  it("a source's word never outvotes a table, however many say it", () => {
    const decision = decideCountries([
      registry("ID"),
      word("MY", "S1"),
      word("MY", "S2"),
      word("MY", "S3", 100),
    ]);
    expect(decision.countries).toEqual(["ID"]);
    expect(decision.review).toEqual(["source-disagrees"]);
  });

  it("a source's word decides when there is nothing else", () => {
    const decision = decideCountries([word("MY")], { silence: "unallocated" });
    expect(decision.roles[0]).toMatchObject({
      role: "hosting",
      country: "MY",
      decidedBy: { basis: "source-word" },
    });
    expect(decision.unassigned).toBeNull();
  });

  it("the newest table speaks when one address was allocated anew", () => {
    expect(leading([registry("ID", "2024-01-01"), registry("MY", "2026-06-17")])?.country).toBe("MY");
  });
});

describe("of a name", () => {
  it("the government suffix decides over everything, and its domain corroborates", () => {
    const decision = decideCountries([domain("ID"), government("ID"), word("SG")]);
    expect(decision.roles[0]).toMatchObject({
      role: "owner",
      country: "ID",
      decidedBy: { basis: "government-suffix" },
    });
    expect(decision.roles[0]?.corroboration).toEqual([domain("ID")]);
    expect(decision.review).toEqual(["source-disagrees"]);
  });

  it("the country-code domain decides over a source's word, as a hint", () => {
    expect(leading([word("SG"), domain("ID")])).toMatchObject({
      role: "owner",
      country: "ID",
      usedWorldwide: false,
    });
  });

  it("a domain sold to the world still counts, and says so", () => {
    expect(leading([domain("CO")])).toMatchObject({ country: "CO", usedWorldwide: true });
    expect(leading([domain("CO"), evidenceOf("owner", "CO", "S1")])?.usedWorldwide).toBe(false);
  });

  it("an owner found out stands above the domain", () => {
    const decision = decideCountries([
      domain("ID"),
      evidenceOf("owner", "MY", "S1"),
      evidenceOf("registrar", "US", "S1"),
    ]);
    expect(decision.countries).toEqual(["MY"]);
    expect(decision.roles[0]?.disagreement.map(({ country }) => country)).toEqual(["ID", "US"]);
  });
});

describe("roles", () => {
  it("are kept apart: hosted in one country, owned in another, seen by both (JU-1)", () => {
    const decision = decideCountries([registry("SG"), government("ID")]);
    expect(decision.roles.map(({ role, country }) => [role, country])).toEqual([
      ["owner", "ID"],
      ["hosting", "SG"],
    ]);
    expect(decision.countries).toEqual(["ID", "SG"]);
    expect(decision.review).toEqual([]);
  });

  it("of money, victim and suspect have their own evidence and take no source's word", () => {
    const evidence = [
      evidenceOf("bank", "HK", "iban"),
      evidenceOf("victim", "PH", "S1"),
      evidenceOf("suspect", "NG", "S2"),
      word("US"),
    ];
    const decision = decideCountries(evidence);
    const byRole = Object.fromEntries(decision.roles.map(({ role, country }) => [role, country]));
    expect(byRole).toEqual({ money: "HK", victim: "PH", suspect: "NG", hosting: "US" });
    expect(decision.roles.flatMap(({ disagreement }) => disagreement)).toEqual([]);
    expect(decision.roles[0]?.role).toBe("money");
  });
});

describe("what nobody decides", () => {
  it("stays with the reason why the tables were silent", () => {
    for (const silence of [
      "unallocated",
      "no-country-in-name",
      "nothing-to-locate",
      "spans-countries",
    ] as const) {
      expect(decideCountries([], { silence })).toEqual({
        roles: [],
        countries: [],
        unassigned: { reason: silence, hint: null },
        review: [silence],
      });
    }
    expect(decideCountries([]).unassigned?.reason).toBe("no-evidence");
  });

  it("is the address of a shared front, whose registration is a hint only", () => {
    for (const front of ["shared-infrastructure", "anycast"] as const) {
      const decision = decideCountries([registry("US"), second("US")], { front });
      expect(decision).toMatchObject({
        countries: [],
        unassigned: { reason: front, hint: "US" },
        review: [front],
      });
    }
  });

  it("is not a government's name behind a shared front: its owner is known", () => {
    const decision = decideCountries([registry("US"), government("ID")], { front: "shared-infrastructure" });
    expect(decision).toMatchObject({
      countries: ["ID"],
      unassigned: null,
      review: ["shared-infrastructure"],
    });
  });

  it("is a tie between equally good evidence", () => {
    const decision = decideCountries([word("ID", "S1"), word("MY", "S2")]);
    expect(decision).toMatchObject({
      countries: [],
      unassigned: { reason: "evidence-disagrees" },
      review: ["evidence-disagrees"],
    });
    expect(decideCountries([word("ID", "S1"), word("MY", "S2"), word("MY", "S3")]).countries).toEqual(["MY"]);
  });

  it("is not settled by one source that repeats itself", () => {
    expect(decideCountries([word("ID", "S1"), word("MY", "S2"), word("MY", "S2")]).countries).toEqual([]);
  });
});

const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    basis: fc.constantFrom(...BASIS_ORDER),
    country: fc.constantFrom("ID", "MY", "SG"),
    by: fc.constantFrom("a", "b", "c"),
    asOf: fc.constantFrom(null, "2024-01-01", "2026-06-17"),
    weight: fc.constantFrom(20, 40, 60),
  })
  .map(({ basis, country, by, asOf, weight }) => evidenceOf(basis, country, by, { asOf, weight }));
const anyFront = fc.constantFrom(null, "shared-infrastructure" as const, "anycast" as const);

describe("weighing", () => {
  it("does not depend on the order of the evidence", () => {
    fc.assert(
      fc.property(
        fc.array(anyEvidence, { maxLength: 8 }),
        anyFront,
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        (evidence, front, keys) => {
          const shuffled = evidence
            .map((piece, index) => ({ piece, key: keys[index] ?? 0 }))
            .sort((a, b) => a.key - b.key);
          const again = decideCountries(
            shuffled.map(({ piece }) => piece),
            { front },
          );
          expect(again).toEqual(decideCountries(evidence, { front }));
        },
      ),
    );
  });

  it("never changes a decided country when further evidence names the same one", () => {
    fc.assert(
      fc.property(
        fc.array(anyEvidence, { minLength: 1, maxLength: 8 }),
        anyEvidence,
        anyFront,
        (evidence, more, front) => {
          const before = decideCountries(evidence, { front });
          for (const decided of before.roles) {
            // Corroboration of a role is evidence about that role, or a source's word about a place.
            const speaks = BASES[more.basis].role === decided.role && more.basis !== "source-word";
            const isWord =
              more.basis === "source-word" && (decided.role === "hosting" || decided.role === "owner");
            if (!speaks && !isWord) continue;
            const after = decideCountries([...evidence, { ...more, country: decided.country }], { front });
            expect(after.roles.find(({ role }) => role === decided.role)?.country).toBe(decided.country);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("accounts for every piece of evidence it was given, once", () => {
    fc.assert(
      fc.property(fc.array(anyEvidence, { maxLength: 8 }), (evidence) => {
        const { roles, countries } = decideCountries(evidence);
        for (const role of roles) {
          expect(role.corroboration.every(({ country }) => country === role.country)).toBe(true);
          expect(role.disagreement.every(({ country }) => country !== role.country)).toBe(true);
          expect(evidence).toContainEqual(role.decidedBy);
        }
        expect(new Set(countries).size).toBe(countries.length);
      }),
    );
  });
});

describe("codes", () => {
  it("are unique, bases above zero and reasons below, and can be read back", () => {
    const bases = BASIS_ORDER.map((basis) => BASES[basis].code);
    const reasons = Object.values(UNASSIGNED_REASONS);
    expect(new Set([...bases, ...reasons]).size).toBe(Object.keys(BASES).length + reasons.length);
    expect(bases.every((code) => code > 0) && reasons.every((code) => code < 0)).toBe(true);
    expect(bases.map(basisOfCode)).toEqual([...BASIS_ORDER]);
    expect(reasons.map(reasonOfCode)).toEqual(Object.keys(UNASSIGNED_REASONS));
    expect([basisOfCode(-1), reasonOfCode(1)]).toEqual([null, null]);
  });
});

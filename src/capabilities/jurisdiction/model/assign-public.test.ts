import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { THREAT_FLAGS } from "#capabilities/threats/index.ts";
import { countryZones } from "#reference/countries/country-zones.ts";
import { SHIPPED_GOVERNMENT_DOMAINS } from "#reference/government-domains/government-domains.ts";
import type { AllocationTable } from "#reference/ip-allocations/allocation-table.ts";
import { openAllocationTable } from "#reference/ip-allocations/allocation-table.ts";
import { loadAllocationColumns } from "#reference/ip-allocations/load-allocation-table.ts";
import { OBSERVABLE_TYPES, type ObservableType } from "#standards/observable/types.ts";
import {
  assignPublic,
  emptyAssignment,
  FRONT,
  type Front,
  frontName,
  PUBLIC_FLAGS,
} from "./assign-public.ts";
import { basisOfCode, reasonOfCode } from "./evidence.ts";
import { explain } from "./explain.ts";
import { gatherPublicEvidence, type PublicReference } from "./public-evidence.ts";
import { decideCountries } from "./weigh.ts";

const registry = await tableOf("registry", "2026-06-17", [
  "198.18.0.0/16,ID",
  "198.19.0.0/17,MY",
  "2001:db8:1000::/36,SG",
]);
const second = await tableOf("second", "2026-06-01", [
  "198.18.0.0/17,ID",
  "198.18.128.0/17,SG",
  "198.19.0.0/16,MY",
  "2001:db8:1000::/36,SG",
]);
const reference: PublicReference = {
  registry,
  second,
  government: SHIPPED_GOVERNMENT_DOMAINS.withSuffixes([
    { country: "ID", suffix: "go.id.example", level: "national", proof: "zone", agency: null },
  ]),
  countryOfHost: countryZones([{ country: "ID", suffix: "id.example" }]),
};
const assign = (type: ObservableType, value: string, host: string | null = null, front: Front = FRONT.none) =>
  assignPublic(type, value, host, front, reference, emptyAssignment());
const decide = (
  type: ObservableType,
  value: string,
  host: string | null = null,
  front: Front = FRONT.none,
) => {
  const { evidence, silence } = gatherPublicEvidence(type, value, host, reference);
  return decideCountries(evidence, { silence, front: frontName(front) });
};

describe("public tables assign", () => {
  it("an address to the country of its allocation, noting what the second table says", () => {
    expect(assign("ipv4-addr", "198.18.0.1")).toMatchObject({
      country: "ID",
      basis: 1,
      second: "ID",
      flags: 0,
    });
    expect(assign("ipv4-addr", "198.18.200.1")).toMatchObject({
      country: "ID",
      basis: 1,
      second: "SG",
      flags: PUBLIC_FLAGS.tablesDisagree,
    });
    expect(assign("ipv4-addr", "198.19.200.1")).toMatchObject({ country: "MY", basis: 2, second: "MY" });
    expect(assign("ipv6-addr", "2001:db8:1000::7")).toMatchObject({ country: "SG", basis: 1 });
    expect(assign("ipv4-addr", "192.0.2.1")).toMatchObject({ country: null, basis: -3 });
  });

  it("a name to its government, else to its country-code domain", () => {
    expect(assign("domain-name", "portal.go.id")).toMatchObject({
      country: "ID",
      basis: 4,
      flags: PUBLIC_FLAGS.government,
      government: { suffix: "go.id" },
    });
    expect(assign("domain-name", "shop.co.id")).toMatchObject({
      country: "ID",
      basis: 3,
      flags: 0,
      government: null,
    });
    expect(assign("domain-name", "shop.co")).toMatchObject({
      country: "CO",
      basis: 3,
      flags: PUBLIC_FLAGS.usedWorldwide,
    });
    expect(assign("domain-name", "gov-pk.cdn-dl.cn")).toMatchObject({
      country: "CN",
      flags: PUBLIC_FLAGS.governmentLookAlike,
    });
    expect(assign("domain-name", "shop.test")).toMatchObject({ country: null, basis: -2 });
    expect(assign("domain-name", "shop.id.example")).toMatchObject({ country: "ID", basis: 3 });
    expect(assign("domain-name", "portal.go.id.example")).toMatchObject({ country: "ID", basis: 4 });
  });

  it("a URL or mailbox by its host, be it a name or an address", () => {
    expect(assign("url", "http://198.18.0.1/x", "198.18.0.1")).toMatchObject({ country: "ID", basis: 1 });
    expect(assign("url", "http://[2001:db8:1000::7]/", "2001:db8:1000::7")).toMatchObject({ country: "SG" });
    expect(assign("url", "http://[2001:db8:1000::7]/", "[2001:db8:1000::7]")).toMatchObject({
      country: "SG",
    });
    expect(assign("url", "http://shop.my/", "shop.my")).toMatchObject({ country: "MY", basis: 3 });
    expect(assign("email-addr", "a@dinas.go.id", "dinas.go.id")).toMatchObject({ country: "ID", basis: 4 });
    expect(assign("url", "file:///x")).toMatchObject({ country: null, basis: -1 });
  });

  it("a network only when it lies in one country, and an account to its bank", () => {
    expect(assign("ipv4-cidr", "198.18.4.0/24")).toMatchObject({
      country: "ID",
      basis: 1,
      second: "ID",
      flags: 0,
    });
    expect(assign("ipv4-cidr", "198.18.0.0/15")).toMatchObject({ country: null, basis: -6 });
    expect(assign("ipv4-cidr", "198.18.0.0/16")).toMatchObject({
      country: "ID",
      flags: PUBLIC_FLAGS.tablesDisagree,
    });
    expect(assign("ipv6-cidr", "2001:db8:1000::/48")).toMatchObject({ country: "SG" });
    expect(assign("ipv4-cidr", "192.0.2.0/24")).toMatchObject({ country: null, basis: -3 });
    expect(assign("iban", "GB33BUKB20201555555555")).toMatchObject({ country: "GB", basis: 10 });
    expect(assign("file-sha256", "0".repeat(64))).toMatchObject({ country: null, basis: -1 });
  });

  it("no country to the address of a shared front, but one to its name", () => {
    const shared = PUBLIC_FLAGS.sharedInfrastructure;
    expect(assign("ipv4-addr", "198.18.0.1", null, FRONT.sharedInfrastructure)).toMatchObject({
      country: null,
      basis: -4,
      flags: shared,
    });
    expect(assign("url", "http://198.18.0.1/", "198.18.0.1", FRONT.anycast)).toMatchObject({
      country: null,
      basis: -5,
      flags: shared,
    });
    expect(assign("domain-name", "shop.my", null, FRONT.sharedInfrastructure)).toMatchObject({
      country: "MY",
      basis: 3,
      flags: shared,
    });
  });

  it("as the explained way does, for any observable", () => {
    const address = fc
      .tuple(fc.constantFrom(18, 19), fc.nat(255), fc.nat(255))
      .map(([b, c, d]) => `198.${b}.${c}.${d}`);
    const name = fc
      .array(fc.constantFrom("go", "id", "gov", "my", "co", "com", "example", "a1", "uk", "eu", "mil"), {
        minLength: 2,
        maxLength: 4,
      })
      .map((labels) => labels.join("."));
    const host = fc.oneof(address, name, fc.constant("2001:db8:1000::1"));
    const network = fc
      .tuple(address, fc.integer({ min: 8, max: 32 }))
      .map(([first, prefix]) => `${first}/${prefix}`);
    const observable = fc.oneof(
      address.map((value) => ({ type: "ipv4-addr" as ObservableType, value, host: null as string | null })),
      name.map((value) => ({ type: "domain-name" as ObservableType, value, host: value })),
      host.map((value) => ({ type: "url" as ObservableType, value: `http://${value}/`, host: value })),
      network.map((value) => ({ type: "ipv4-cidr" as ObservableType, value, host: null })),
      fc.constantFrom(...OBSERVABLE_TYPES).map((type) => ({ type, value: "GB33", host: null })),
    );
    const reused = emptyAssignment();
    fc.assert(
      fc.property(
        observable,
        fc.constantFrom(...Object.values(FRONT)),
        ({ type, value, host: at }, front) => {
          const fast = assignPublic(type, value, at, front, reference, reused);
          const slow = decide(type, value, at, front);
          expect(fast.country).toBe(slow.roles[0]?.country ?? null);
          expect(basisOfCode(fast.basis)).toBe(slow.roles[0]?.decidedBy.basis ?? null);
          expect(reasonOfCode(fast.basis)).toBe(slow.unassigned?.reason ?? null);
          if (fast.country !== null) {
            expect((fast.flags & PUBLIC_FLAGS.usedWorldwide) !== 0).toBe(slow.roles[0]?.usedWorldwide);
            expect((fast.flags & PUBLIC_FLAGS.tablesDisagree) !== 0).toBe(
              slow.review.includes("tables-disagree"),
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("with the flags that a threat row has", () => {
    expect(PUBLIC_FLAGS).toMatchObject(THREAT_FLAGS);
  });
});

describe("a decision is explained", () => {
  it("by who decided, of which date, and what disagrees", () => {
    const { evidence } = gatherPublicEvidence("ipv4-addr", "198.18.200.1", null, reference);
    expect(explain(decideCountries(evidence), "en")).toEqual({
      decided: ["Hosting: Indonesia, by the address allocation table “registry” of 2026-06-17."],
      corroboration: [],
      disagreement: [
        "Disagrees: the second, independent allocation table “second” of 2026-06-01 says Singapore.",
      ],
      caveats: [],
    });
    expect(explain(decide("domain-name", "portal.go.id"), "en")).toMatchObject({
      decided: ["Owner: Indonesia, by the government suffix “go.id”."],
      corroboration: ["Agrees: the country-code domain “.id” also says Indonesia."],
    });
    expect(explain(decide("domain-name", "shop.co"), "en").caveats[0]).toMatch(/used all over the world/);
    expect(explain(decide("ipv4-addr", "192.0.2.1"), "en").decided).toEqual([
      "No country: the address is in none of the allocation tables.",
    ]);
    expect(
      explain(decide("ipv4-addr", "198.18.0.1", null, FRONT.sharedInfrastructure), "en").decided[0],
    ).toMatch(/A hint only: Indonesia\.$/);
  });

  it("in each of the four languages, with nothing left in another", () => {
    for (const language of ["fr", "es", "ar"] as const) {
      for (const decision of [
        decide("ipv4-addr", "198.18.200.1"),
        decide("domain-name", "shop.co"),
        decide("ipv4-addr", "192.0.2.1"),
      ]) {
        const english = Object.values(explain(decision, "en")).flat();
        const other = Object.values(explain(decision, language)).flat();
        expect(other).toHaveLength(english.length);
        expect(other.filter((sentence) => english.includes(sentence))).toEqual([]);
      }
    }
    expect(explain(decide("ipv4-addr", "198.18.0.1"), "ar").decided[0]).toContain("إندونيسيا");
  });
});

async function tableOf(name: string, asOf: string, rows: readonly string[]): Promise<AllocationTable> {
  const folder = mkdtempSync(join(tmpdir(), "jurisdiction-"));
  const file = join(folder, "table.csv");
  writeFileSync(file, rows.join("\n"));
  const columns = await loadAllocationColumns({ name, files: [file], asOf });
  rmSync(folder, { recursive: true });
  return openAllocationTable(columns);
}

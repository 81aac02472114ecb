import type { VisibleThreat } from "#capabilities/threats/index.ts";
import { THREAT_ROLE_NAMES, type ThreatRole } from "#standards/threat-role.ts";
import type { ComposeInput, CountryReader } from "./compose-reports.ts";
import type { ReportLanguage } from "./model/report.ts";

/** Builders of fictional threats and operations for the tests of this capability. */
const AS_OF = Date.parse("2026-10-31T12:00:00Z");
const DAY_MS = 86_400_000;

export function aThreat(changes: Partial<VisibleThreat> = {}): VisibleThreat {
  return {
    id: "threat-internal-1",
    type: "ipv4-addr",
    value: "198.18.0.1",
    role: "c2",
    host: "198.18.0.1",
    families: ["ExampleRat"],
    ports: [443],
    targets: [],
    firstSeen: AS_OF - 40 * DAY_MS,
    lastSeen: AS_OF - 3 * DAY_MS,
    liveness: "active",
    seenInOperation: true,
    countries: [{ country: "ID", basis: ["address-allocation", "source-word"] }],
    disagreements: [],
    government: null,
    sharedInfrastructure: null,
    sources: [{ code: "S-01", name: null, reliability: "B", credibility: 2 }],
    origins: 2,
    assertions: 3,
    confidence: 80,
    handling: { tlp: "AMBER", pap: "AMBER", codes: ["H1"] },
    ...changes,
  };
}

/** Threats of several roles and all shapes of value, `count` of each role, all in one country. */
export function manyThreats(country: string, count: number): VisibleThreat[] {
  return Array.from({ length: count }, (_, index) => [
    c2(country, index),
    phishing(country, index),
    compromised(country, index),
  ]).flat();
}

function c2(country: string, index: number): VisibleThreat {
  const value =
    index % 7 === 3
      ? `panel-${index}.${country.toLowerCase()}.example`
      : index % 5 === 4
        ? `2001:db8:${index.toString(16)}::${(index % 9) + 1}`
        : `198.18.${index >> 8}.${index & 255}`;
  return aThreat({
    id: `internal-c2-${index}`,
    type: value.includes(":") ? "ipv6-addr" : value.endsWith("example") ? "domain-name" : "ipv4-addr",
    value,
    host: value,
    families: [["ExampleRat"], ["SampleLoader", "ExampleRat"], [], ["PlaceholderBot"]][index % 4] ?? [],
    ports: [[443], [8080, 8443], []][index % 3] ?? [],
    liveness: (["active", "stale", "unknown"] as const)[index % 3] ?? "unknown",
    firstSeen: index % 3 === 2 ? null : AS_OF - (20 + index) * DAY_MS,
    lastSeen: index % 3 === 2 ? null : AS_OF - (index % 30) * DAY_MS,
    countries: [
      {
        country,
        basis:
          index % 2 ? ["address-allocation"] : ["address-allocation", "second-allocation", "source-word"],
      },
      ...(index % 20 === 7 ? [{ country: "TH", basis: ["country-code-domain"] }] : []),
    ],
    disagreements: index % 20 === 7 ? ["the second allocation table says TH"] : [],
    sharedInfrastructure: index % 15 === 9 ? "example content network" : null,
    origins: 1 + (index % 3),
    sources:
      index % 2
        ? [{ code: "S-01", name: null, reliability: "B", credibility: 2 }]
        : [
            { code: "S-01", name: null, reliability: "B", credibility: 2 },
            { code: "S-02", name: "Example Threat Research", reliability: "A", credibility: 1 },
          ],
  });
}

function phishing(country: string, index: number): VisibleThreat {
  const host = `login-${index}.bank-of-nowhere.example`;
  const path =
    index % 4 === 1
      ? `/~user/secure/${"session=0123456789abcdef&".repeat(5)}step=${index}`
      : `/signin?id=${index}`;
  return aThreat({
    id: `internal-phishing-${index}`,
    type: "url",
    role: "phishing",
    value: `https://${host}${path}`,
    host,
    families: [],
    ports: [],
    targets: ["Bank of Nowhere"],
    countries: [{ country, basis: ["address-allocation"] }],
    handling: { tlp: "GREEN", pap: null, codes: [] },
    sources: [{ code: "S-02", name: "Example Threat Research", reliability: "A", credibility: 1 }],
  });
}

function compromised(country: string, index: number): VisibleThreat {
  const government = index % 3 === 0;
  const host = government ? `office-${index}.go.${country.toLowerCase()}.example` : `shop-${index}.example`;
  return aThreat({
    id: `internal-compromised-${index}`,
    type: index % 2 ? "url" : "domain-name",
    role: "compromised",
    value: index % 2 ? `http://${host}/wp-content/uploads/shell.php` : host,
    host,
    families: ["WebShellSample"],
    ports: [],
    countries: [
      { country, basis: government ? ["government-suffix", "address-allocation"] : ["address-allocation"] },
    ],
    government: government
      ? { country, suffix: `go.${country.toLowerCase()}.example`, level: "national" }
      : null,
    handling: { tlp: "AMBER+STRICT", pap: null, codes: ["H1", "H2"] },
    sources: [{ code: "S-03", name: null, reliability: "A", credibility: 1 }],
  });
}

export function aReader(
  country: string,
  language: ReportLanguage,
  threats: readonly VisibleThreat[],
): CountryReader {
  return { country, language, threats };
}

export function anOperation(readers: readonly CountryReader[]): ComposeInput {
  return {
    operation: {
      id: "exercise-harbour",
      name: "Operation Harbour Light (exercise)",
      from: "2026-06-01",
      to: "2026-11-30",
      purpose: "Prevention and investigation of cybercrime",
      legalBasis: "Exercise agreement, article 4",
    },
    desk: { name: "Exercise Cyber Operations Desk", contact: "+999 5550 0100, desk@cyber-desk.example" },
    asOf: AS_OF,
    rules: "2026-11",
    version: 1,
    activeWindowDays: windows(),
    readers,
  };
}

function windows(): Record<ThreatRole, number> {
  // fromEntries loses the key type; every role name is given a number here.
  return Object.fromEntries(THREAT_ROLE_NAMES.map((role) => [role, role === "phishing" ? 7 : 14])) as Record<
    ThreatRole,
    number
  >;
}

import type { BundleInput, BundleThreat } from "./bundle.ts";

/** Fictional input for the tests of this folder. */
const AS_OF = Date.parse("2026-10-31T12:00:00Z");

export function aBundleThreat(changes: Partial<BundleThreat> = {}): BundleThreat {
  return {
    type: "ipv4-addr",
    value: "192.0.2.1",
    name: "c2: 192.0.2.1",
    description: "An example.",
    families: ["ExampleRat"],
    firstSeen: AS_OF - 1_000_000,
    lastSeen: AS_OF - 1_000,
    confidence: 80,
    tlp: "AMBER",
    sourceCodes: ["S-01", "S-02"],
    assertions: 3,
    ...changes,
  };
}

export function aBundleInput(changes: Partial<BundleInput> = {}): BundleInput {
  return {
    scope: "exercise/ID",
    producer: { name: "Exercise Desk", contact: "desk@example.test" },
    report: { reference: "MST-X-ID-C2-001", version: 1, name: "Report", description: "Text", language: "en" },
    role: "c2",
    country: "ID",
    countryName: "Indonesia",
    created: AS_OF - 10_000_000,
    asOf: AS_OF,
    tlp: "AMBER",
    statements: ["PAP:AMBER. Example."],
    sources: [
      { code: "S-01", name: null },
      { code: "S-02", name: "Example Research" },
    ],
    threats: [aBundleThreat()],
    ...changes,
  };
}

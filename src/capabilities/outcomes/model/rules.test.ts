import { describe, expect, it } from "vitest";
import { LIVENESS_WINDOW_DAYS, type VisibleThreat } from "#capabilities/threats/index.ts";
import { countActivity, countFindings } from "./activity.ts";
import { countFigures, type Figure } from "./figures.ts";

const BASE: VisibleThreat = {
  id: "t-0",
  type: "ipv4-addr",
  value: "198.51.100.1",
  role: "c2",
  host: "198.51.100.1",
  families: [],
  ports: [],
  targets: [],
  firstSeen: null,
  lastSeen: null,
  liveness: "unknown",
  seenInOperation: true,
  countries: [{ country: "ID", basis: ["address-allocation"] }],
  disagreements: [],
  government: null,
  sharedInfrastructure: null,
  sources: [],
  origins: 1,
  assertions: 1,
  confidence: null,
  handling: { tlp: "GREEN", pap: null, codes: [] },
};

let made = 0;
const threat = (changes: Partial<VisibleThreat>): VisibleThreat => ({
  ...BASE,
  id: `t-${++made}`,
  ...changes,
});
const name = (value: string, role: VisibleThreat["role"], changes: Partial<VisibleThreat> = {}) =>
  threat({ type: "domain-name", value, host: value, role, ...changes });
const url = (value: string, role: VisibleThreat["role"], changes: Partial<VisibleThreat> = {}) =>
  threat({ type: "url", value, host: new URL(value).hostname, role, ...changes });
const inCountry = (country: string | null) => ({
  countries: country === null ? [] : [{ country, basis: ["source-word"] }],
});

function count(id: string, threats: readonly VisibleThreat[]): Figure {
  const counter = countFigures();
  for (const one of threats) counter.add(one);
  const figure = counter.figures().find((found) => found.id === id);
  if (figure === undefined) throw new Error(`there is no figure ${id}`);
  return figure;
}

describe("C-1: objects are counted by identity, countries are never summed", () => {
  it("counts an object of two countries once in the total and opens to its threats", () => {
    const threats = [
      url("https://a.example/1", "phishing", inCountry("MY")),
      url("https://a.example/2", "phishing", inCountry("ID")),
    ];
    const figure = count("I4", threats);
    expect(figure.value).toBe(1);
    expect(figure.byCountry).toEqual({ ID: 1 });
    expect(figure.objects).toEqual([
      { object: "a.example", country: "ID", families: [], threats: threats.map(({ id }) => id).sort() },
    ]);
  });

  it("keeps what no country is responsible for in the total, under no country", () => {
    expect(count("I3", [name("a.example", "c2", inCountry(null))]).byCountry).toEqual({ "": 1 });
  });
});

describe("C-2: a C2 server is an address in a country, seen working within the operation", () => {
  it("counts several families on one address as one server, listed under each family", () => {
    const figure = count("I1", [threat({ families: ["mirai", "qakbot"] })]);
    expect(figure.value).toBe(1);
    expect(figure.byFamily).toEqual({ mirai: 1, qakbot: 1 });
  });

  it("counts neither a server not seen within the operation, nor a shared front, nor a C2 known by name only", () => {
    const threats = [
      threat({ seenInOperation: false }),
      threat({ value: "198.51.100.2", sharedInfrastructure: "a content network" }),
      name("panel.example", "c2"),
    ];
    expect(count("I1", threats).value).toBe(0);
    expect(count("I3", threats).value).toBe(1);
  });

  it("counts an address that went to another country once per country", () => {
    expect(count("I1", [threat({}), threat(inCountry("MY"))]).value).toBe(2);
  });
});

describe("C-3: names and URLs in normal form", () => {
  it("counts a URL with another query apart, and a name beside its URLs as a name", () => {
    const threats = [
      url("https://a.example/x?id=1", "phishing"),
      url("https://a.example/x?id=2", "phishing"),
      name("a.example", "phishing"),
    ];
    expect(count("I5", threats).value).toBe(2);
    expect(count("I3", threats).value).toBe(1);
    expect(count("I4", threats).value).toBe(1);
  });
});

describe("C-4: a site is a host; www. and apex are one; pages are none", () => {
  it("counts pages, www. and apex of a compromised portal once, government by its owner", () => {
    const government = { government: { country: "ID", suffix: "go.id.example", level: "local" } };
    const threats = [
      name("portal.go.id.example", "compromised", government),
      name("www.portal.go.id.example", "compromised", government),
      url("https://portal.go.id.example/hacked", "compromised", government),
      name("shop.example", "compromised"),
      threat({ role: "compromised" }),
    ];
    expect(count("I6", threats).value).toBe(2);
    expect(count("I6-government", threats).value).toBe(1);
  });
});

describe("C-5: active carries its instant and window", () => {
  it("counts what is active and nothing else, whatever the role but victim", () => {
    const threats = [
      threat({ liveness: "active" }),
      name("a.example", "compromised", { liveness: "active" }),
      threat({ role: "victim", liveness: "active" }),
      threat({ value: "198.51.100.9", liveness: "stale" }),
      threat({ value: "198.51.100.8", liveness: "inactive" }),
      threat({ value: "198.51.100.7", liveness: "unknown" }),
    ];
    expect(count("I12", threats).value).toBe(2);
  });

  it("has the published windows", () => {
    expect([
      LIVENESS_WINDOW_DAYS.phishing,
      LIVENESS_WINDOW_DAYS.c2,
      LIVENESS_WINDOW_DAYS.compromised,
      LIVENESS_WINDOW_DAYS.scam,
    ]).toEqual([7, 14, 30, 30]);
  });
});

describe("C-6 and C-22: victims are addresses, counted apart and never added to targets", () => {
  it("counts a victim only under I7, and an address in two roles once in each", () => {
    const threats = [threat({ role: "victim" }), threat({ role: "c2" })];
    expect(count("I7", threats).value).toBe(1);
    expect(count("I2", threats).value).toBe(1);
    expect(count("I7", threats).follows).toContain("an address is not a machine");
  });

  it("counts a compromised site under no figure of what is acted on", () => {
    const threats = [name("a.example", "compromised"), url("https://a.example/x", "compromised")];
    for (const id of ["I1", "I2", "I3", "I4", "I5", "I7"]) expect(count(id, threats).value, id).toBe(0);
  });
});

const ACTIVITY = {
  participants: ["ID", "MY", "SG"],
  contributors: [
    { code: "S01", kind: "partner", country: null },
    { code: "S02", kind: "country", country: "MY" },
    { code: "S03", kind: "country", country: "CN" },
    { code: "S04", kind: "csirt", country: "ID" },
  ],
  reports: [
    { reference: "MST-X-ID-C2-001", country: "ID", threats: ["t-1", "t-2"] },
    { reference: "MST-X-ID-C2-001", country: "ID", threats: ["t-1", "t-2"] },
    { reference: "MST-X-MY-PHI-001", country: "MY", threats: ["t-2", "t-3"] },
  ],
} as const;
const activity = (id: string) => countActivity(ACTIVITY).find((figure) => figure.id === id);

describe("C-11: participating is accepting and doing something", () => {
  it("counts a listed country that submitted; neither a silent one nor one that only sends intelligence", () => {
    expect(activity("Q1")?.byCountry).toEqual({ MY: 1 });
    expect(activity("Q4")?.value).toBe(1);
  });

  it("lists countries with findings apart", () => {
    expect(countFindings(new Set(["MY", "CN"])).objects.map(({ object }) => object)).toEqual(["CN", "MY"]);
  });
});

describe("C-12: reports are distinct references", () => {
  it("counts a further version of a report, and an item in two reports, once", () => {
    expect(activity("A6")?.value).toBe(2);
    expect(activity("A7")?.value).toBe(3);
  });
});

import {
  AS_OF,
  OBSERVED_FROM,
  OBSERVED_TO,
  OPERATION_FROM,
  OPERATION_TO,
  type Precision,
} from "./calendar.ts";
import { PARTICIPANTS } from "./countries.ts";
import type { Random } from "./random.ts";
import type { BadKind, Row, Voice } from "./statements.ts";
import type { Role, Thing } from "./world.ts";
import { writeAnnexLines, writeIntelmqEvents, writeResoldLines, writeXarfReports } from "./write/json.ts";
import { writeMail } from "./write/mail.ts";
import { writeMispEvents } from "./write/misp.ts";
import { writeStixBundle } from "./write/stix.ts";
import {
  writeArabicCsv,
  writeFrenchCsv,
  writeHeldBackCsv,
  writeMixedCsv,
  writeSensorCsv,
  writeShadowserverCsv,
  writeSpanishCsv,
  writeTabbedUtf16,
} from "./write/tables.ts";
import { writeAnalystReport, writeHostsFile, writeSectionedList } from "./write/text.ts";
import { writeWorkbook } from "./write/workbook.ts";

/** Conditions as `operation.json` states them. */
export interface Conditions {
  readonly tlp?: "CLEAR" | "GREEN" | "AMBER" | "AMBER+STRICT" | "RED";
  readonly handling?: readonly string[];
  readonly releasableTo?: readonly string[];
}

export interface Delivery extends Voice {
  readonly declared: Conditions & { readonly role?: Role; readonly method?: string };
  write(rows: readonly Row[], random: Random): Buffer;
}

export interface Source extends Conditions {
  readonly id: string;
  readonly name: string;
  readonly kind: "partner" | "country";
  readonly country?: string;
  readonly reliability: string;
  readonly credibility: number;
  readonly mayBeNamed: boolean;
  readonly deliveries: readonly Delivery[];
}

/** A source without a marking of its own takes this. */
export const DEFAULT_TLP = "AMBER";

/** Chances by kind of thing; what is not listed the delivery knows nothing of. */
interface Knowledge {
  readonly c2?: number;
  readonly c2Name?: number;
  readonly url?: number;
  readonly phishingName?: number;
  readonly site?: number;
  readonly page?: number;
  readonly victim?: number;
}

function knowing(knowledge: Knowledge, only?: (thing: Thing) => boolean): (thing: Thing) => number {
  return (thing) => (only === undefined || only(thing) ? (knowledge[kindOf(thing)] ?? 0) : 0);
}

function kindOf(thing: Thing): keyof Knowledge {
  if (thing.role === "victim") return "victim";
  if (thing.role === "c2") return thing.type === "domain-name" ? "c2Name" : "c2";
  if (thing.role === "phishing") return thing.type === "url" ? "url" : "phishingName";
  return thing.type === "url" ? "page" : "site";
}

const within = (country: string) => (thing: Thing) => thing.country === country;
const undisputed = (thing: Thing) => !thing.disputed;

type DeliveryPlan = Omit<Delivery, "source" | "again" | "badValue" | "declared"> &
  Partial<Pick<Delivery, "again" | "badValue" | "declared">>;

function source(fields: Omit<Source, "deliveries">, deliveries: readonly DeliveryPlan[]): Source {
  return {
    ...fields,
    deliveries: deliveries.map((plan) => ({
      source: fields.id,
      again: {},
      badValue: "ipv4-addr",
      declared: {},
      ...plan,
    })),
  };
}

const ADDRESS_FAULTS: readonly BadKind[] = [
  "reserved",
  "not-an-address",
  "reserved",
  "cut-ipv6",
  "prose",
  "empty",
  "future",
];
const second: Precision = "second";

const NORTHLIGHT = source(
  {
    id: "partner-a",
    name: "Northlight Sensors",
    kind: "partner",
    reliability: "B",
    credibility: 2,
    tlp: "AMBER",
    mayBeNamed: false,
  },
  [
    {
      file: "northlight/c2-sensors.csv",
      declared: { role: "c2", method: "sensor network" },
      precision: second,
      says: { family: true, port: true, first: true, word: true },
      knows: (thing) => (thing.disputed ? 1_000_000 : knowing({ c2: 40 })(thing)),
      again: { port: 0.25, offline: 0.1, same: 0.05 },
      bad: [...ADDRESS_FAULTS, "too-few-fields", "too-many-fields", "long-ago", "resolver"],
      write: writeSensorCsv,
    },
    {
      file: "northlight/compromised_website.csv",
      declared: { role: "compromised", method: "scan of public pages by the partner" },
      precision: second,
      says: { word: true },
      knows: knowing({ site: 55 }),
      bad: ["broken-name", "empty", "future", "too-few-fields"],
      badValue: "domain-name",
      write: writeShadowserverCsv,
    },
  ],
);

const HARBOUR = source(
  {
    id: "partner-b",
    name: "Harbour Threat Research",
    kind: "partner",
    reliability: "A",
    credibility: 2,
    tlp: "GREEN",
    mayBeNamed: false,
  },
  [
    {
      file: "harbour/research-bundle.json",
      declared: { role: "c2", method: "threat research" },
      precision: second,
      says: {
        family: true,
        port: true,
        first: true,
        marking: true,
        reference: "https://research.harbour.example/finding/",
      },
      knows: knowing({ c2: 17, c2Name: 50 }, undisputed),
      bad: ["deleted", "unsupported", "reserved", "not-an-address"],
      write: (rows, random) => writeStixBundle(rows, random, "Harbour Threat Research"),
    },
  ],
);

const MERIDIAN = source(
  {
    id: "partner-c",
    name: "Meridian Sharing",
    kind: "partner",
    reliability: "B",
    credibility: 3,
    tlp: "GREEN",
    mayBeNamed: true,
  },
  [
    {
      file: "meridian/events.json",
      declared: { method: "sharing community" },
      precision: second,
      says: { family: true, port: true, first: true },
      knows: knowing({ c2: 10, c2Name: 30, url: 20, phishingName: 15, site: 14, page: 100, victim: 30 }),
      again: { port: 0.1 },
      bad: ["deleted", "unsupported", "reserved", "not-an-address", "resolver", "deleted"],
      write: (rows, random) => writeMispEvents(rows, random, "Meridian Sharing"),
    },
  ],
);

const PALISADE = source(
  // No marking, no method, no dates: the operation's defaults apply and say so.
  {
    id: "partner-d",
    name: "Palisade Lists",
    kind: "partner",
    reliability: "C",
    credibility: 3,
    mayBeNamed: false,
  },
  [
    {
      file: "palisade/extract.txt",
      precision: "none",
      says: { port: true },
      knows: knowing({ c2: 11, c2Name: 15, url: 9, phishingName: 30 }),
      again: { same: 0.06 },
      bad: ["reserved", "not-an-address", "cut-ipv6", "resolver"],
      write: writeSectionedList,
    },
  ],
);

const LANTERN = source(
  {
    id: "partner-e",
    name: "Lantern Analysis",
    kind: "partner",
    reliability: "B",
    credibility: 2,
    tlp: "AMBER+STRICT",
    mayBeNamed: false,
  },
  [
    {
      file: "lantern/report.txt",
      declared: { method: "analyst report" },
      precision: "none",
      says: {},
      knows: knowing({ c2: 1.7, url: 6, site: 6 }, undisputed),
      bad: ["reserved", "resolver"],
      write: writeAnalystReport,
    },
    {
      file: "lantern/annex-for-sg.jsonl",
      declared: { role: "c2", method: "undercover purchase", tlp: "RED", releasableTo: ["SG"] },
      precision: second,
      says: { family: true, port: true },
      knows: knowing({ c2: 4 }, within("SG")),
      bad: ["reserved", "not-an-address", "broken-json", "empty"],
      write: writeAnnexLines,
    },
  ],
);

const STERLING = source(
  {
    id: "partner-f",
    name: "Sterling Brand Watch",
    kind: "partner",
    reliability: "B",
    credibility: 2,
    tlp: "AMBER",
    mayBeNamed: true,
  },
  [
    {
      file: "sterling/hameconnage.csv",
      declared: { role: "phishing", method: "brand monitoring" },
      precision: "minute",
      says: {},
      knows: knowing({ url: 40 }),
      again: { offline: 0.12, same: 0.06 },
      bad: ["hostless-url", "empty", "future", "too-few-fields", "too-many-fields", "long-ago"],
      badValue: "url",
      write: writeFrenchCsv,
    },
    {
      file: "sterling/gulf-office.csv",
      declared: { role: "phishing", method: "brand monitoring" },
      precision: second,
      says: {},
      knows: knowing({ url: 9 }),
      bad: ["hostless-url", "empty", "future"],
      badValue: "url",
      write: writeArabicCsv,
    },
  ],
);

const QUAYSIDE = source(
  {
    id: "partner-g",
    name: "Quayside Data",
    kind: "partner",
    reliability: "D",
    credibility: 4,
    tlp: "AMBER",
    mayBeNamed: false,
  },
  [
    {
      file: "quayside/collection.jsonl.gz",
      declared: { role: "c2", method: "aggregation of lists" },
      precision: second,
      says: { family: true, first: true, reference: "https://research.harbour.example/finding/" },
      // It knows nothing of its own: it copies Harbour.
      knows: () => 0,
      bad: ["broken-json", "reserved", "not-an-address", "empty", "future"],
      write: writeResoldLines,
    },
    {
      file: "quayside/held-back.csv",
      declared: { role: "c2", method: "customer incident", handling: ["H2"] },
      precision: second,
      says: { family: true },
      knows: knowing({ c2: 1.4 }, undisputed),
      bad: ["reserved", "not-an-address", "empty"],
      write: writeHeldBackCsv,
    },
  ],
);

function countrySource(
  country: string,
  name: string,
  conditions: Conditions,
  delivery: DeliveryPlan,
): Source {
  const id = `country-${country.toLowerCase()}`;
  return source(
    {
      id,
      name,
      kind: "country",
      country,
      reliability: "A",
      credibility: 2,
      tlp: "AMBER",
      ...conditions,
      mayBeNamed: true,
    },
    [delivery],
  );
}

const COUNTRY_SOURCES: readonly Source[] = [
  countrySource(
    "ID",
    "Exercise cyber unit ID",
    {},
    {
      file: "id/daftar.xlsx",
      declared: { method: "open cases" },
      precision: "day",
      says: { family: true },
      knows: knowing({ c2: 25, c2Name: 20, site: 30 }, within("ID")),
      bad: ["reserved", "not-an-address", "empty", "future"],
      write: writeWorkbook,
    },
  ),
  countrySource(
    "MY",
    "Exercise cyber unit MY",
    {},
    {
      file: "my/senarai.txt",
      declared: { method: "national sensors" },
      precision: second,
      says: { family: true },
      knows: knowing({ c2: 25, victim: 60 }, within("MY")),
      again: { same: 0.05 },
      bad: [...ADDRESS_FAULTS, "too-few-fields", "resolver"],
      write: writeTabbedUtf16,
    },
  ),
  countrySource(
    "MM",
    "Exercise cyber unit MM",
    {},
    {
      file: "mm/list.eml",
      declared: { role: "compromised", method: "reports of citizens" },
      precision: second,
      says: {},
      knows: knowing({ site: 200 }, within("MM")),
      bad: ["broken-name", "empty", "future"],
      badValue: "domain-name",
      write: writeMail,
    },
  ),
  countrySource(
    "PH",
    "Exercise cyber unit PH",
    {},
    {
      file: "ph/paginas.csv",
      declared: { role: "phishing", method: "reports of citizens" },
      precision: "minute",
      says: {},
      knows: knowing({ url: 120 }, within("PH")),
      again: { same: 0.1 },
      bad: ["hostless-url", "empty", "future", "too-few-fields"],
      badValue: "url",
      write: writeSpanishCsv,
    },
  ),
  countrySource(
    "SG",
    "Exercise response team SG",
    {},
    {
      file: "sg/reports.json",
      declared: { role: "victim", method: "flow analysis" },
      precision: second,
      says: { family: true, first: true },
      knows: knowing({ victim: 70 }, within("SG")),
      bad: ["reserved", "not-an-address", "empty", "future"],
      write: writeXarfReports,
    },
  ),
  countrySource(
    "TH",
    "Exercise response team TH",
    {},
    {
      file: "th/events.jsonl",
      declared: { method: "national sensors" },
      precision: second,
      says: { family: true, word: true },
      knows: knowing({ c2: 28, c2Name: 20, url: 15, victim: 60 }, within("TH")),
      bad: ["reserved", "not-an-address", "broken-json", "empty", "future"],
      write: writeIntelmqEvents,
    },
  ),
  countrySource(
    "VN",
    "Exercise response team VN",
    {},
    {
      file: "vn/hosts.txt",
      declared: { role: "phishing", method: "national block list" },
      precision: "none",
      says: {},
      knows: knowing({ phishingName: 200 }, within("VN")),
      again: { same: 0.05 },
      bad: ["broken-name"],
      badValue: "domain-name",
      write: writeHostsFile,
    },
  ),
  // Takes no part in the operation, but sends what it knows and lets the seven have it.
  countrySource(
    "CN",
    "Exercise response team CN",
    { tlp: "GREEN", releasableTo: PARTICIPANTS },
    {
      file: "cn/intelligence.csv",
      declared: { role: "c2", method: "national sensors" },
      precision: second,
      says: { family: true, word: true },
      knows: (thing) => knowing(thing.country === "CN" ? { c2: 25, c2Name: 20 } : { c2: 6 })(thing),
      again: { offline: 0.08, same: 0.03 },
      bad: [...ADDRESS_FAULTS, "too-few-fields", "too-many-fields"],
      write: writeMixedCsv,
    },
  ),
];

export const SOURCES: readonly Source[] = [
  NORTHLIGHT,
  HARBOUR,
  MERIDIAN,
  PALISADE,
  LANTERN,
  STERLING,
  QUAYSIDE,
  ...COUNTRY_SOURCES,
];
export const DELIVERIES: readonly Delivery[] = SOURCES.flatMap((item) => item.deliveries);

/** The reseller and whom it copies, by file. */
export const RESOLD_FILE = "quayside/collection.jsonl.gz";
export const ORIGINAL_FILE = "harbour/research-bundle.json";

/** `operation.json`: with it the folder is an operation like any other, but for the key `exercise`. */
export function writeOperation(): string {
  const operation = {
    id: "exercise-surge",
    name: "Exercise: a fictional surge in eight countries",
    from: OPERATION_FROM,
    to: OPERATION_TO,
    asOf: AS_OF,
    mode: "hybrid",
    purpose: "preventing and fighting crime",
    legalBasis: "none: an exercise with invented data",
    countries: PARTICIPANTS,
    defaults: { tlp: DEFAULT_TLP, method: "not stated by the source" },
    exercise: {
      allocations: [
        { name: "registry", file: "allocations-registry.csv", asOf: OPERATION_FROM },
        { name: "second", file: "allocations-second.csv", asOf: OPERATION_FROM },
      ],
      governmentSuffixes: "government-suffixes.csv",
    },
    sources: SOURCES.map(({ deliveries, ...declared }) => ({
      ...declared,
      deliveries: deliveries.map((delivery) => ({
        file: delivery.file,
        ...delivery.declared,
        ...(delivery.precision === "none" ? {} : { observedFrom: OBSERVED_FROM, observedTo: OBSERVED_TO }),
      })),
    })),
  };
  return `${JSON.stringify(operation, null, 2)}\n`;
}

import { ACTIVE_DAYS, AS_OF, AS_OF_MS, DAY_MS } from "./calendar.ts";
import { COUNTRIES, PARTICIPANTS } from "./countries.ts";
import { type Conditions, DEFAULT_TLP, type Delivery, SOURCES } from "./sources.ts";
import { CODE_OF, type Row, type Statement } from "./statements.ts";
import type { Role, Thing, World } from "./world.ts";

export type Counts = Readonly<Record<string, number>>;
export type Liveness = "active" | "stale" | "inactive" | "unknown";

export interface DeliveryTruth {
  readonly source: string;
  readonly file: string;
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: Counts;
}

export interface FigureTruth {
  readonly id: string;
  readonly value: number;
  /** Under "" what nothing shows a country for. */
  readonly byCountry?: Counts;
}

export interface ThreatExample {
  readonly type: string;
  readonly value: string;
  readonly role: Role;
  readonly sources: readonly string[];
  readonly origins: number;
}

/** What a run of the exercise has to find. Keys of `byCountry` are ISO 3166-1 alpha-2. */
export interface ExerciseTruth {
  readonly seed: number;
  readonly scale: number;
  readonly asOf: string;
  readonly rows: {
    readonly total: number;
    readonly accepted: number;
    readonly repeated: number;
    readonly refused: number;
    readonly refusedByCode: Counts;
  };
  readonly deliveries: readonly DeliveryTruth[];
  /** Distinct observables by role, then by type; victims are counted here and are no threats. */
  readonly byRole: Readonly<Record<Role, Counts>>;
  /** Distinct (observable, role) other than victims. */
  readonly threats: number;
  readonly c2: {
    readonly servers: number;
    readonly byCountry: Counts;
    readonly names: number;
    readonly namesByCountry: Counts;
    readonly byFamily: Counts;
    readonly tablesDisagree: number;
  };
  readonly compromised: {
    readonly sites: number;
    readonly names: number;
    readonly byCountry: Counts;
    readonly government: number;
    readonly governmentByCountry: Counts;
  };
  readonly phishing: {
    readonly sites: number;
    readonly urls: number;
    readonly names: number;
    readonly byCountry: Counts;
  };
  readonly victims: { readonly addresses: number; readonly byCountry: Counts; readonly alsoC2: number };
  readonly reports: {
    readonly total: number;
    readonly pairs: readonly { readonly country: string; readonly subject: string }[];
  };
  readonly liveness: Readonly<Record<Liveness, number>>;
  readonly activeByRole: Counts;
  /** Threats for which nothing shows a country, by role. */
  readonly unassigned: Counts;
  /** What each country's package may show, by role, and in all. */
  readonly packages: Readonly<Record<string, Counts>>;
  readonly overlap: { readonly things: number; readonly byTwoOrMoreSources: number; readonly share: number };
  readonly origins: { readonly resoldOnly: number; readonly examples: readonly ThreatExample[] };
  readonly figures: readonly FigureTruth[];
}

export interface SentDelivery {
  readonly delivery: Delivery;
  readonly rows: readonly Row[];
}

interface Said {
  readonly delivery: Delivery;
  readonly statement: Statement;
}

/** Counts what was planted and sent. It knows the rows before they became files, and nothing of the product. */
export function tellTruth(
  world: World,
  sent: readonly SentDelivery[],
  made: { seed: number; scale: number },
): ExerciseTruth {
  const { things } = world;
  const saidOf = groupStatements(sent);
  const of = (role: Role) => things.filter((thing) => thing.role === role);
  const servers = of("c2").filter((thing) => thing.host === null);
  const c2Names = of("c2").filter((thing) => thing.host !== null);
  const sites = sitesOf(of("compromised"));
  const portals = sites.filter((thing) => thing.government);
  const phishingSites = sitesOf(of("phishing"));
  const threats = things.filter((thing) => thing.role !== "victim");
  const lives = new Map(threats.map((thing) => [thing, livenessOf(thing, saidOf.get(thing) ?? [])]));
  const deliveries = deliveryTruths(sent);
  const shared = things.filter((thing) => sourcesOf(saidOf.get(thing) ?? []).length > 1);
  const pairs = COUNTRIES.flatMap((country) =>
    (["c2", "phishing", "compromised", "victim"] as const)
      .filter((subject) => of(subject).some((thing) => thing.country === country))
      .map((subject) => ({ country, subject })),
  );
  const active = threats.filter((thing) => lives.get(thing) === "active");

  const told: Omit<ExerciseTruth, "figures"> = {
    ...made,
    asOf: AS_OF,
    rows: sumRows(deliveries),
    deliveries,
    byRole: {
      c2: tally(of("c2"), (thing) => thing.type),
      phishing: tally(of("phishing"), (thing) => thing.type),
      compromised: tally(of("compromised"), (thing) => thing.type),
      victim: tally(of("victim"), (thing) => thing.type),
    },
    threats: threats.length,
    c2: {
      servers: servers.length,
      byCountry: tally(servers, countryOf),
      names: c2Names.length,
      namesByCountry: tally(c2Names, countryOf),
      byFamily: tally(
        servers.flatMap((thing) => familiesOf(saidOf.get(thing) ?? [])),
        (family) => family,
      ),
      tablesDisagree: servers.filter((thing) => thing.disputed).length,
    },
    compromised: {
      sites: sites.length,
      names: of("compromised").filter((thing) => thing.type === "domain-name").length,
      byCountry: tally(sites, countryOf),
      government: portals.length,
      governmentByCountry: tally(portals, countryOf),
    },
    phishing: {
      sites: phishingSites.length,
      urls: of("phishing").filter((thing) => thing.type === "url").length,
      names: of("phishing").filter((thing) => thing.type === "domain-name").length,
      byCountry: tally(phishingSites, countryOf),
    },
    victims: {
      addresses: of("victim").length,
      byCountry: tally(of("victim"), countryOf),
      alsoC2: of("victim").filter((thing) => thing.twin).length,
    },
    reports: { total: pairs.length, pairs },
    liveness: {
      active: 0,
      stale: 0,
      inactive: 0,
      unknown: 0,
      ...tally([...lives.values()], (liveness) => liveness),
    },
    activeByRole: tally(active, (thing) => thing.role),
    unassigned: tally(
      things.filter((thing) => thing.country === null),
      (thing) => thing.role,
    ),
    packages: Object.fromEntries(COUNTRIES.map((country) => [country, packageOf(country, things, saidOf)])),
    overlap: {
      things: things.length,
      byTwoOrMoreSources: shared.length,
      share: Math.round((shared.length / things.length) * 1000) / 1000,
    },
    origins: tellOrigins(shared, saidOf),
  };
  return {
    ...told,
    figures: tellFigures(
      told,
      threats.filter((thing) => thing.role !== "compromised"),
    ),
  };
}

function groupStatements(sent: readonly SentDelivery[]): ReadonlyMap<Thing, Said[]> {
  const all = sent.flatMap(({ delivery, rows }) =>
    rows
      .filter((row) => row.bad === null)
      .flatMap((row) => row.statements.map((statement) => ({ delivery, statement }))),
  );
  return Map.groupBy(all, (said) => said.statement.thing);
}

function deliveryTruths(sent: readonly SentDelivery[]): DeliveryTruth[] {
  const known = new Set<string>();
  return sent.map(({ delivery, rows }) => {
    const refused: Record<string, number> = {};
    let repeated = 0;
    for (const row of rows) {
      if (row.bad !== null) {
        refused[CODE_OF[row.bad]] = (refused[CODE_OF[row.bad]] ?? 0) + 1;
        continue;
      }
      const contents = row.statements.map((statement) => contentKey(delivery, statement));
      if (contents.every((content) => known.has(content))) repeated++;
      for (const content of contents) known.add(content);
    }
    const bad = rows.filter((row) => row.bad !== null).length;
    return {
      source: delivery.source,
      file: delivery.file,
      rows: rows.length,
      accepted: rows.length - bad - repeated,
      repeated,
      refused,
    };
  });
}

function contentKey(delivery: Delivery, { thing, ...said }: Statement): string {
  return JSON.stringify([
    delivery.source,
    thing.id,
    said.family,
    said.port,
    said.firstSeen,
    said.lastSeen,
    said.offline,
    said.word,
    said.reference,
    said.tlp,
  ]);
}

function sumRows(deliveries: readonly DeliveryTruth[]): ExerciseTruth["rows"] {
  const refusedByCode: Record<string, number> = {};
  for (const delivery of deliveries) {
    for (const [code, count] of Object.entries(delivery.refused))
      refusedByCode[code] = (refusedByCode[code] ?? 0) + count;
  }
  const sum = (of: (delivery: DeliveryTruth) => number) =>
    deliveries.reduce((total, delivery) => total + of(delivery), 0);
  return {
    total: sum((delivery) => delivery.rows),
    accepted: sum((delivery) => delivery.accepted),
    repeated: sum((delivery) => delivery.repeated),
    refused: Object.values(refusedByCode).reduce((total, count) => total + count, 0),
    refusedByCode,
  };
}

/** One thing for each site: `www.` and the bare name are one, pages are none of their own (rule C-4). */
function sitesOf(things: readonly Thing[]): Thing[] {
  const bySite = new Map<string, Thing>();
  for (const thing of things) {
    const site = thing.host?.replace(/^www\./, "");
    if (site !== undefined && !bySite.has(site)) bySite.set(site, thing);
  }
  return [...bySite.values()];
}

/** Rule C-5 at the exercise's as-of instant. */
function livenessOf(thing: Thing, said: readonly Said[]): Liveness {
  const days = ACTIVE_DAYS[thing.role];
  const seen = (offline: boolean) =>
    Math.max(
      ...said
        .filter(({ statement }) => statement.offline === offline)
        .map(({ statement }) => statement.lastSeen ?? Number.NEGATIVE_INFINITY),
    );
  const [alive, dead] = [seen(false), seen(true)];
  if (alive === dead && Number.isFinite(alive))
    throw new Error(`seen alive and dead in the same second: ${thing.value}`);
  if (dead > alive) return "inactive";
  if (!Number.isFinite(alive) || days === null) return "unknown";
  return alive >= AS_OF_MS - days * DAY_MS ? "active" : "stale";
}

function packageOf(country: string, things: readonly Thing[], saidOf: ReadonlyMap<Thing, Said[]>): Counts {
  const shown = things.filter(
    (thing) => thing.country === country && (saidOf.get(thing) ?? []).some((said) => mayRead(country, said)),
  );
  return { ...tally(shown, (thing) => thing.role), total: shown.length };
}

/** The reading rules of the exercise's markings, written down a second time on purpose. */
function mayRead(country: string, { delivery, statement }: Said): boolean {
  const source = SOURCES.find((item) => item.id === delivery.source);
  if (source === undefined) return false;
  if (source.country === country) return true;
  const conditions: Conditions = { ...source, ...delivery.declared };
  if (conditions.releasableTo !== undefined) return conditions.releasableTo.includes(country);
  if (source.kind === "country" || conditions.handling?.includes("H2")) return false;
  const tlp = statement.tlp ?? conditions.tlp ?? DEFAULT_TLP;
  return tlp === "GREEN" || tlp === "CLEAR" || (tlp === "AMBER" && PARTICIPANTS.includes(country));
}

function tellOrigins(shared: readonly Thing[], saidOf: ReadonlyMap<Thing, Said[]>): ExerciseTruth["origins"] {
  const resold = shared.filter((thing) => originsOf(saidOf.get(thing) ?? []) === 1);
  const independent = shared.filter((thing) => originsOf(saidOf.get(thing) ?? []) > 1);
  const examples = [...resold.slice(0, 3), ...independent.slice(0, 3)].map((thing) => {
    const said = saidOf.get(thing) ?? [];
    return {
      type: thing.type,
      value: thing.value,
      role: thing.role,
      sources: sourcesOf(said),
      origins: originsOf(said),
    };
  });
  return { resoldOnly: resold.length, examples };
}

/** A reference names the origin; without one, the source itself is it. */
function originsOf(said: readonly Said[]): number {
  return new Set(said.map(({ delivery, statement }) => statement.reference ?? delivery.source)).size;
}

function sourcesOf(said: readonly Said[]): string[] {
  return [...new Set(said.map(({ delivery }) => delivery.source))].sort();
}

function familiesOf(said: readonly Said[]): string[] {
  return [...new Set(said.flatMap(({ statement }) => statement.family ?? []))];
}

/** @param targets what a country acts on: a hacked site's owner is notified, the site is no malicious name (I2, I3, I5). */
function tellFigures(told: Omit<ExerciseTruth, "figures">, targets: readonly Thing[]): FigureTruth[] {
  const distinct = (of: readonly Thing[]) => new Set(of.map((thing) => thing.value)).size;
  const shared = Object.values(told.packages).reduce((sum, counts) => sum + (counts.total ?? 0), 0);
  return [
    { id: "I1", value: told.c2.servers, byCountry: told.c2.byCountry },
    { id: "I2", value: distinct(targets.filter((thing) => thing.host === null)) },
    { id: "I3", value: distinct(targets.filter((thing) => thing.type === "domain-name")) },
    { id: "I4", value: told.phishing.sites, byCountry: told.phishing.byCountry },
    { id: "I5", value: distinct(targets.filter((thing) => thing.type === "url")) },
    { id: "I6", value: told.compromised.sites, byCountry: told.compromised.byCountry },
    {
      id: "I6-government",
      value: told.compromised.government,
      byCountry: told.compromised.governmentByCountry,
    },
    { id: "I7", value: told.victims.addresses, byCountry: told.victims.byCountry },
    { id: "I12", value: told.liveness.active },
    { id: "A6", value: told.reports.total },
    { id: "A7", value: shared },
    { id: "Q1", value: PARTICIPANTS.length },
    { id: "Q2", value: new Set(told.reports.pairs.map((pair) => pair.country)).size },
    { id: "Q4", value: SOURCES.filter((source) => source.kind === "partner").length },
  ];
}

function countryOf(thing: Thing): string {
  return thing.country ?? "";
}

function tally<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

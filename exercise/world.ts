import { domainToASCII } from "node:url";
import { type AddressBook, openAddressBook } from "./allocations.ts";
import { COUNTRYLESS, type CountryPlan, GOVERNMENT_LABELS, planCountries, scaled } from "./countries.ts";
import type { Random } from "./random.ts";
import { AGENCIES, BRANDS, FAMILIES, FIRST_WORDS, SECOND_WORDS } from "./words.ts";

export type Role = "c2" | "phishing" | "compromised" | "victim";
export type ThingType = "ipv4-addr" | "ipv6-addr" | "domain-name" | "url";

/** One thing that is true in the exercise: an observable in a role. What sources say about it is in `statements.ts`. */
export interface Thing {
  readonly id: number;
  readonly type: ThingType;
  /** Normal form. */
  readonly value: string;
  readonly role: Role;
  /** Null: nothing shows a country. */
  readonly country: string | null;
  /** Host of a URL, or the name itself. */
  readonly host: string | null;
  readonly government: boolean;
  readonly family: string;
  readonly target: string | null;
  /** The two allocation tables disagree. */
  readonly disputed: boolean;
  /** Also planted in another role; the same observable. */
  readonly twin: boolean;
}

export interface World {
  readonly things: readonly Thing[];
  /** A fresh value that is planted nowhere, for rows that must be refused for another reason than their value. */
  spare(type: "ipv4-addr" | "url" | "domain-name"): Thing;
}

const UNSEEN_SHARE_OF_IPV6 = 0.08;

/** Plants what is true. At scale 1 the counts are those of `countries.ts`. */
export function plantWorld(random: Random, scale: number): World {
  const planter = openPlanter(random);
  for (const plan of planCountries(scale)) {
    plantC2(planter, plan);
    plantPhishing(planter, plan);
    plantCompromised(planter, plan);
    plantVictims(planter, plan);
  }
  for (let i = 0; i < scaled(COUNTRYLESS.c2Names, scale); i++)
    planter.name("c2", null, planter.freshHost("relay", null));
  plantUrls(planter, null, scaled(COUNTRYLESS.phishingSites, scale), scaled(COUNTRYLESS.phishingUrls, scale));
  return { things: planter.things, spare: planter.spare };
}

interface Planter {
  readonly random: Random;
  readonly book: AddressBook;
  readonly things: Thing[];
  address(role: Role, country: string, at?: { address: string; disputed: boolean; twin: boolean }): Thing;
  name(role: Role, country: string | null, host: string, extra?: Partial<Thing>): Thing;
  url(role: Role, country: string | null, host: string, path: string, extra?: Partial<Thing>): Thing;
  freshHost(prefix: string, country: string | null): string;
  spare: World["spare"];
}

function openPlanter(random: Random): Planter {
  const book = openAddressBook(random.fork("addresses"));
  const things: Thing[] = [];
  const hosts = new Set<string>();
  const make = (fields: Pick<Thing, "type" | "value" | "role"> & Partial<Thing>): Thing => ({
    id: things.length,
    country: null,
    host: null,
    government: false,
    family: random.pick(FAMILIES),
    target: fields.role === "phishing" ? random.pick(BRANDS) : null,
    disputed: false,
    twin: false,
    ...fields,
  });
  const plant = (thing: Thing): Thing => {
    things.push(thing);
    return thing;
  };
  const freshHost = (prefix: string, country: string | null): string => {
    const suffix = country === null ? "example" : `${country.toLowerCase()}.example`;
    for (;;) {
      const host = `${prefix}-${random.pick(FIRST_WORDS)}-${random.pick(SECOND_WORDS)}-${random.below(900) + 100}.${suffix}`;
      if (!hosts.has(host)) {
        hosts.add(host);
        return host;
      }
    }
  };
  return {
    random,
    book,
    things,
    freshHost,
    address: (role, country, at) => {
      const ipv6 = at === undefined && random.chance(UNSEEN_SHARE_OF_IPV6);
      const value = at?.address ?? (ipv6 ? book.ipv6(country) : book.ipv4(country));
      const type = value.includes(":") ? "ipv6-addr" : "ipv4-addr";
      return plant(
        make({ type, value, role, country, disputed: at?.disputed ?? false, twin: at?.twin ?? false }),
      );
    },
    name: (role, country, host, extra) =>
      plant(make({ type: "domain-name", value: host, role, country, host, ...extra })),
    url: (role, country, host, path, extra) =>
      plant(make({ type: "url", value: `https://${host}${path}`, role, country, host, ...extra })),
    spare: (type) => {
      const host = freshHost("spare", "SG");
      const value =
        type === "ipv4-addr" ? book.ipv4("SG") : type === "url" ? `https://${host}/sign-in` : host;
      return { ...make({ type, value, role: "c2", target: random.pick(BRANDS) }), id: -1 };
    },
  };
}

function plantC2(planter: Planter, plan: CountryPlan): void {
  for (let i = 0; i < plan.c2; i++) {
    planter.address("c2", plan.country, i < 4 ? takeDisputed(planter, plan.country) : undefined);
  }
  for (let i = 0; i < plan.c2Names; i++)
    planter.name("c2", plan.country, planter.freshHost("node", plan.country));
}

function takeDisputed(planter: Planter, country: string) {
  const address = planter.book.disputed(country);
  return address === null ? undefined : { address, disputed: true, twin: false };
}

function plantPhishing(planter: Planter, plan: CountryPlan): void {
  const hosts = plantUrls(planter, plan.country, plan.phishingSites, plan.phishingUrls);
  for (const host of hosts.slice(0, plan.phishingNamesToo)) planter.name("phishing", plan.country, host);
  for (let i = 0; i < plan.phishingNamesOnly; i++) {
    planter.name("phishing", plan.country, planter.freshHost("signin", plan.country));
  }
}

/** URLs spread over sites; every site has at least one. Look-alikes carry a government word outside a government suffix. */
function plantUrls(planter: Planter, country: string | null, sites: number, urls: number): string[] {
  const hosts = Array.from({ length: sites }, (_, i) => phishingHost(planter, country, i));
  const used = new Set<string>();
  for (let i = 0; i < urls; i++) {
    const host = i < hosts.length ? hosts[i] : planter.random.pick(hosts);
    if (host === undefined) continue;
    const path = freshPath(planter.random, host, used);
    planter.url("phishing", country, host, path, { target: brandOf(host) });
  }
  return hosts;
}

/** One site imitates one brand, whichever of its pages is reported. */
function brandOf(host: string): string | null {
  return BRANDS[host.length % BRANDS.length] ?? null;
}

function phishingHost(planter: Planter, country: string | null, index: number): string {
  if (index % 23 === 5) return planter.freshHost(`gov-${(country ?? "xx").toLowerCase()}`, country);
  // Written with its accent by one source and as an A-label by another: one name.
  if (index % 29 === 7) return domainToASCII(planter.freshHost("sécurité", country));
  return planter.freshHost(planter.random.pick(["secure", "login", "verify", "account"]), country);
}

function freshPath(random: Random, host: string, used: Set<string>): string {
  for (;;) {
    const path = `/${random.pick(["account", "login", "secure", "update", "verify"])}/${random.pick(["index", "session", "step"])}-${random.below(90) + 10}`;
    const full = random.chance(0.2) ? `${path}?id=${random.below(9000) + 1000}` : path;
    if (!used.has(host + full)) {
      used.add(host + full);
      return full;
    }
  }
}

/** Sites: mostly one host name; some are seen with and without `www.`, some only with it, some also page by page. */
function plantCompromised(planter: Planter, plan: CountryPlan): void {
  for (let i = 0; i < plan.compromisedSites; i++) {
    const government = i < plan.governmentSites;
    const host = government ? governmentHost(planter, plan.country) : siteHost(planter, plan.country, i);
    const extra = { government };
    if (i % 27 === 3) planter.name("compromised", plan.country, `www.${host}`, extra);
    else planter.name("compromised", plan.country, host, extra);
    if (i % 22 === 1 && i % 27 !== 3) planter.name("compromised", plan.country, `www.${host}`, extra);
    if (i % 14 === 2) planter.url("compromised", plan.country, host, "/assets/banner/start", extra);
  }
}

function governmentHost(planter: Planter, country: string): string {
  const [label] = planter.random.pick(GOVERNMENT_LABELS[country] ?? []);
  const fresh = planter
    .freshHost(planter.random.pick(["portal", "news", "forms"]), null)
    .replace(/\.example$/, "");
  return `${fresh}.${planter.random.pick(AGENCIES)}.${label}.${country.toLowerCase()}.example`;
}

function siteHost(planter: Planter, country: string, index: number): string {
  return planter.freshHost(
    index % 19 === 4 ? "govt-news" : planter.random.pick(["shop", "school", "clinic", "hotel", "club"]),
    country,
  );
}

function plantVictims(planter: Planter, plan: CountryPlan): void {
  const servers = planter.things.filter(
    (thing) =>
      thing.role === "c2" && thing.type === "ipv4-addr" && thing.country === plan.country && !thing.disputed,
  );
  for (let i = 0; i < plan.victims; i++) {
    const server = i < plan.victimsThatAreC2 ? servers[i] : undefined;
    const at = server === undefined ? undefined : { address: server.value, disputed: false, twin: true };
    planter.address("victim", plan.country, at);
  }
}

import { chooseLastDay, dayOf, instantOn, isEdgeDay, LAST_DAY, type Precision } from "./calendar.ts";
import type { Random } from "./random.ts";
import { FAMILIES } from "./words.ts";
import type { Thing, World } from "./world.ts";

/** What one row says about one thing. Only what the delivery's file can express is set. */
export interface Statement {
  readonly thing: Thing;
  /** As written in the file before defanging: an equal value in another dress, or nonsense in a bad row. */
  readonly written: string;
  readonly family: string | null;
  readonly port: number | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly offline: boolean;
  /** The source's own word about the country. */
  readonly word: string | null;
  readonly reference: string | null;
  readonly tlp: "AMBER" | null;
}

/** Why a row must be refused; the code is what a receipt has to say. */
export type BadKind =
  | "reserved"
  | "not-an-address"
  | "prose"
  | "cut-ipv6"
  | "empty"
  | "future"
  | "long-ago"
  | "too-few-fields"
  | "too-many-fields"
  | "broken-json"
  | "deleted"
  | "unsupported"
  | "resolver"
  | "hostless-url"
  | "broken-name";

export const CODE_OF: Readonly<Record<BadKind, string>> = {
  reserved: "reserved-range",
  "not-an-address": "malformed",
  prose: "malformed",
  "cut-ipv6": "malformed",
  empty: "empty",
  future: "future-date",
  "long-ago": "out-of-window",
  "too-few-fields": "bad-row",
  "too-many-fields": "bad-row",
  "broken-json": "bad-row",
  deleted: "withdrawn",
  unsupported: "unsupported",
  resolver: "shielded",
  "hostless-url": "malformed",
  "broken-name": "malformed",
};

export interface Row {
  /** Several only in a STIX pattern with OR or IN. In a bad row: what it pretends to say. */
  readonly statements: readonly Statement[];
  readonly bad: BadKind | null;
}

/** What a delivery can express, and how much of which thing it knows. */
export interface Voice {
  readonly source: string;
  readonly file: string;
  readonly precision: Precision;
  readonly says: {
    readonly family?: true;
    readonly port?: true;
    readonly first?: true;
    readonly word?: true;
    readonly marking?: true;
    /** Beginning of the addresses under which the source publishes what it knows. */
    readonly reference?: string;
  };
  /** Relative chance to be the one that reports this thing first; 0 = does not know of such things. */
  knows(thing: Thing): number;
  /** Share of its rows said again with another port or family, as offline, and byte for byte. */
  readonly again: { readonly port?: number; readonly offline?: number; readonly same?: number };
  readonly bad: readonly BadKind[];
  readonly badValue: "ipv4-addr" | "url" | "domain-name";
}

export interface Plans {
  readonly voices: readonly Voice[];
  /** Whose rows the reseller copies, references included, and the reseller. */
  readonly original: Voice;
  readonly reseller: Voice;
}

const SHARE_OF_OVERLAP = 0.3;
const SHARE_OF_BAD_ROWS = 0.06;

/** Decides who says what: every thing is reported by one source, three in ten by further ones; then repeats and bad rows. */
export function makeStatements(random: Random, world: World, plans: Plans): Map<Voice, Row[]> {
  const rows = new Map<Voice, Row[]>([...plans.voices, plans.reseller].map((voice) => [voice, []]));
  const days = new Map(world.things.map((thing) => [thing, chooseLastDay(random, thing.role)]));
  const overlapping = chooseOverlapping(random, world, plans);
  for (const thing of world.things) {
    const day = days.get(thing) ?? 1;
    const home = chooseVoice(random, plans.voices, thing, []);
    if (home === null) throw new Error(`nobody in the exercise knows of ${thing.value}`);
    const first = place(random, rows.get(home) ?? [], say(random, home, thing, day), home === plans.original);
    if (!overlapping.has(thing)) continue;
    const resold = home === plans.original && random.chance(0.55);
    if (resold) rows.get(plans.reseller)?.push({ statements: [copied(first)], bad: null });
    if (resold && random.chance(0.7)) continue;
    for (const voice of chooseFurther(random, plans.voices, thing, home)) {
      rows
        .get(voice)
        ?.push({ statements: [say(random, voice, thing, earlierDay(random, thing, day))], bad: null });
    }
  }
  for (const [voice, said] of rows) finish(random.fork(voice.file), voice, said, world);
  dropUndecidableChecks(rows);
  return rows;
}

/** Now and then the original publishes several addresses in one pattern: one row, several things, one reference. */
function place(random: Random, rows: Row[], statement: Statement, mayJoin: boolean): Statement {
  const previous = rows.at(-1);
  const lead = previous?.statements[0];
  const joins =
    mayJoin &&
    lead?.thing.type === "ipv4-addr" &&
    statement.thing.type === "ipv4-addr" &&
    random.chance(0.05);
  if (!joins || previous === undefined) {
    rows.push({ statements: [statement], bad: null });
    return statement;
  }
  const joined = { ...lead, thing: statement.thing, written: statement.written, port: null };
  rows[rows.length - 1] = {
    statements: [{ ...lead, port: null }, ...previous.statements.slice(1), joined],
    bad: null,
  };
  return joined;
}

/**
 * A day on which one source saw a thing alive and another found it dead has no order when one of them gives
 * only the day: such negative checks are not sent.
 */
function dropUndecidableChecks(rows: ReadonlyMap<Voice, Row[]>): void {
  const all = [...rows.values()].flat().filter((row) => row.bad === null);
  const alive = new Set(
    all
      .flatMap((row) => row.statements)
      .filter((said) => !said.offline)
      .map(dayKey),
  );
  for (const said of rows.values()) {
    const kept = said.filter(
      (row) => !row.statements.some((statement) => statement.offline && alive.has(dayKey(statement))),
    );
    said.splice(0, said.length, ...kept);
  }
}

function dayKey(statement: Statement): string {
  return statement.lastSeen === null ? "" : `${statement.thing.id} ${dayOf(statement.lastSeen)}`;
}

/** Exactly three in ten, among the things that at least two sources know of. */
function chooseOverlapping(random: Random, world: World, plans: Plans): ReadonlySet<Thing> {
  const shareable = world.things.filter(
    (thing) =>
      new Set(plans.voices.filter((voice) => voice.knows(thing) > 0).map((voice) => voice.source)).size > 1,
  );
  return new Set(random.shuffle(shareable).slice(0, Math.round(world.things.length * SHARE_OF_OVERLAP)));
}

function chooseVoice(
  random: Random,
  voices: readonly Voice[],
  thing: Thing,
  without: readonly string[],
): Voice | null {
  const candidates = voices
    .filter((voice) => !without.includes(voice.source))
    .map((voice) => ({ item: voice, weight: voice.knows(thing) }))
    .filter((candidate) => candidate.weight > 0);
  return candidates.length === 0 ? null : random.pickWeighted(candidates);
}

function chooseFurther(random: Random, voices: readonly Voice[], thing: Thing, home: Voice): Voice[] {
  const second = chooseVoice(random, voices, thing, [home.source]);
  if (second === null) return [];
  const third = random.chance(0.25) ? chooseVoice(random, voices, thing, [home.source, second.source]) : null;
  return third === null ? [second] : [second, third];
}

function earlierDay(random: Random, thing: Thing, day: number): number {
  const earlier = Math.max(1, day - random.below(12));
  return isEdgeDay(thing.role, earlier) ? earlier + 1 : earlier;
}

function say(random: Random, voice: Voice, thing: Thing, day: number): Statement {
  const lastSeen = voice.precision === "none" ? null : instantOn(random, day, voice.precision);
  const began =
    lastSeen === null || voice.says.first === undefined
      ? null
      : instantOn(random, Math.max(0, day - 1 - random.below(20)), voice.precision);
  return {
    thing,
    written: dress(random, voice, thing),
    family: sayFamily(random, voice, thing),
    port:
      voice.says.port === undefined || !isServer(thing)
        ? null
        : random.pick([80, 443, 443, 4444, 8080, 8443]),
    firstSeen: began,
    lastSeen,
    offline: false,
    word: sayCountry(random, voice, thing),
    reference: voice.says.reference === undefined ? null : `${voice.says.reference}${10_000 + thing.id}`,
    tlp: voice.says.marking !== undefined && random.chance(0.1) ? "AMBER" : null,
  };
}

function isServer(thing: Thing): boolean {
  return thing.role === "c2" && thing.host === null;
}

/** Sources disagree about the family now and then: both stay. */
function sayFamily(random: Random, voice: Voice, thing: Thing): string | null {
  if (voice.says.family === undefined || (thing.role !== "c2" && thing.role !== "victim")) return null;
  return random.chance(0.12) ? random.pick(FAMILIES) : thing.family;
}

/** Its own word is mostly given, mostly right; where the tables disagree it is always given and right. */
function sayCountry(random: Random, voice: Voice, thing: Thing): string | null {
  if (voice.says.word === undefined) return null;
  if (thing.disputed) return thing.country;
  if (random.chance(0.003)) return thing.country === "SG" ? "MY" : "SG";
  return random.chance(0.8) ? thing.country : null;
}

/** The same value as another program would write it. Never changes what it is. */
function dress(random: Random, voice: Voice, thing: Thing): string {
  if (thing.type === "ipv6-addr" && random.chance(0.3)) return thing.value.toUpperCase();
  if (thing.type === "ipv6-addr" && random.chance(0.2)) return thing.value.replace("::", ":0:0:0:");
  if (thing.type !== "url" || voice.precision !== "minute" || thing.host === null) return thing.value;
  if (random.chance(0.1)) return thing.value.replace(thing.host, thing.host.toUpperCase());
  if (random.chance(0.1)) return thing.value.replace(thing.host, `${thing.host}:443`);
  return thing.value;
}

function copied(statement: Statement): Statement {
  return { ...statement, written: statement.thing.value, port: null, word: null, tlp: null };
}

function finish(random: Random, voice: Voice, said: Row[], world: World): void {
  const home = [...said];
  for (const row of home) {
    const [statement] = row.statements;
    if (statement === undefined) continue;
    if (statement.port !== null && random.chance(voice.again.port ?? 0))
      said.push({ statements: [otherPort(random, statement)], bad: null });
    if (random.chance(voice.again.offline ?? 0))
      said.push({ statements: [goneOffline(random, voice, statement)], bad: null });
    if (random.chance(voice.again.same ?? 0)) said.push({ statements: [statement], bad: null });
  }
  const bad = Math.round((said.length * SHARE_OF_BAD_ROWS) / (1 - SHARE_OF_BAD_ROWS));
  for (let i = 0; i < bad; i++) {
    const kind = voice.bad[i % voice.bad.length];
    if (kind !== undefined) said.push(badRow(random, voice, kind, world));
  }
  said.splice(0, said.length, ...random.shuffle(said));
}

function otherPort(random: Random, statement: Statement): Statement {
  return { ...statement, port: (statement.port ?? 0) + 1000, family: random.pick(FAMILIES), firstSeen: null };
}

/** A check that found it dead, never on a day on which the same source saw it alive. */
function goneOffline(random: Random, voice: Voice, statement: Statement): Statement {
  const alive = dayOf(statement.lastSeen ?? 0);
  const later = alive + 1 + random.below(6);
  const day = later <= LAST_DAY ? later : Math.max(0, alive - 2);
  return { ...statement, firstSeen: null, lastSeen: instantOn(random, day, voice.precision), offline: true };
}

function badRow(random: Random, voice: Voice, kind: BadKind, world: World): Row {
  const plausible = say(random, voice, world.spare(voice.badValue), 1 + random.below(60));
  return { statements: [spoil(random, plausible, kind)], bad: kind };
}

function spoil(random: Random, statement: Statement, kind: BadKind): Statement {
  const octet = () => random.below(254) + 1;
  switch (kind) {
    case "reserved":
      return {
        ...statement,
        written: random.pick([
          `10.${octet()}.${octet()}.${octet()}`,
          `192.168.${octet()}.${octet()}`,
          `172.${16 + random.below(16)}.${octet()}.${octet()}`,
          `169.254.${octet()}.${octet()}`,
          `192.0.2.${octet()}`,
          "127.0.0.1",
        ]),
      };
    case "not-an-address":
      return {
        ...statement,
        written: random.pick([
          `999.${octet()}.1.1`,
          `198.18.${octet()}.${300 + octet()}`,
          `198.18.${octet()}.7.${octet()}`,
        ]),
      };
    case "prose":
      return {
        ...statement,
        written: random.pick(["awaiting confirmation", "see our note", "same as above"]),
      };
    case "cut-ipv6":
      return { ...statement, written: `2001:db8:${octet().toString(16)}` };
    case "empty":
      return { ...statement, written: "" };
    case "future":
      return {
        ...statement,
        firstSeen: null,
        lastSeen: Date.UTC(2031, random.below(12), 1 + random.below(28), 9),
      };
    case "long-ago":
      return {
        ...statement,
        firstSeen: null,
        lastSeen: Date.UTC(2019, random.below(12), 1 + random.below(28), 9),
      };
    case "resolver":
      return { ...statement, written: random.pick(["8.8.8.8", "1.1.1.1", "9.9.9.9"]) };
    case "hostless-url":
      return {
        ...statement,
        written: random.pick(["https://", "http:///account/login", "https://?id=4711"]),
      };
    case "broken-name":
      return { ...statement, written: statement.written.replace(".", "..") };
    default:
      return statement;
  }
}

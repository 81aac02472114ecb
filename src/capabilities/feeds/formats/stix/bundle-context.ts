import type { ThreatRole } from "#standards/threat-role.ts";
import { UnreadablePart } from "../../format.ts";
import { copyOfText, instantOf, type JsonObject, numberOf, textOf, textsOf } from "../../read/json-values.ts";
import { IdNumbers, InstantColumn, IntegerColumn } from "./columns.ts";
import { MarkingDefinitions } from "./markings.ts";
import { rolesOfInfrastructure } from "./roles.ts";

/** What the rest of a bundle says about one indicator or observable. */
export interface Labels {
  /** Malware and tools, else actors. Campaigns have titles, not family names, and are left out. */
  readonly families: readonly string[];
  readonly roles: readonly ThreatRole[];
  /** Related to an actor and to no malware or tool. */
  readonly onlyActor: boolean;
  readonly markings: readonly string[];
  readonly firstSeen: number | undefined;
  readonly lastSeen: number | undefined;
  /** When somebody last looked and did not see it (a sighting with count 0). */
  readonly notSeenAt: number | undefined;
}

interface ContextObject {
  readonly rank: "malware" | "actor" | "campaign" | "infrastructure";
  readonly name: string | undefined;
  readonly roles: readonly ThreatRole[];
  readonly markings: readonly string[];
  /** What it alone gives to what is related to it. */
  labels: Labels | undefined;
}

/** Malware, tools, actors, campaigns and infrastructure of one bundle: real ones hold some thousands at most. */
const MAX_CONTEXT_OBJECTS = 100_000;

/** Relations followed from one object: a family list longer than this tells nobody anything, and hostile files have millions. */
const MAX_RELATIONS = 64;

/** In `#flags`: it is observed data; an indicator speaks for it; it describes another observable. */
const OBSERVED = 1;
const SPOKEN_FOR = 2;
const DETAIL = 4;

/**
 * What the first pass over a bundle keeps: small objects by name, and who is related to whom as numbers in typed
 * columns, because a bundle has as many relationships as indicators. Nothing is followed further than two steps, so
 * that cycles end.
 */
export class BundleContext {
  readonly markings = new MarkingDefinitions();
  readonly #ids = new IdNumbers();
  readonly #flags = new IntegerColumn();
  readonly #contexts = new Map<number, ContextObject>();
  readonly #firstSeen = new InstantColumn();
  readonly #lastSeen = new InstantColumn();
  readonly #notSeen = new InstantColumn();
  // Relations as linked lists: `#first` of an id, then `#next`; 0 ends.
  readonly #first = new IntegerColumn();
  readonly #next = new IntegerColumn();
  readonly #target = new IntegerColumn();
  readonly #relationMarkings = new IntegerColumn();
  readonly #markingSets: (readonly string[])[] = [[]];
  readonly #markingSetNumbers = new Map<string, number>();
  #relations = 0;

  /** Takes one parsed object of any type but indicator. */
  add(object: JsonObject, type: string): void {
    if (object.revoked === true) return;
    if (type === "relationship") this.#addRelationship(object);
    else if (type === "sighting") this.#addSighting(object);
    else if (type === "observed-data") this.#addObservedData(object);
    else if (CONTEXT_RANKS.has(type)) this.#addContext(object, type);
    else this.#addDetails(object);
  }

  /**
   * Whether an observable (or observed data) is a claim of its own: not when an indicator of the bundle already speaks
   * for it, and not when it only describes another observable. One that nothing refers to is.
   */
  isClaim(id: string | undefined): boolean {
    const number = id === undefined ? 0 : this.#ids.find(id);
    if (number === 0) return true;
    let followed = 0;
    let at = this.#first.get(number);
    const related = at !== 0;
    for (; at !== 0 && followed < MAX_RELATIONS; at = this.#next.get(at)) {
      followed++;
      const target = this.#target.get(at);
      if (this.#contexts.has(target)) return true;
      const flags = this.#flags.get(target);
      if ((flags & OBSERVED) !== 0 && (flags & SPOKEN_FOR) === 0) return true;
    }
    return !related && (this.#flags.get(number) & (SPOKEN_FOR | DETAIL)) === 0;
  }

  labelsOf(id: string | undefined): Labels {
    const number = id === undefined ? 0 : this.#ids.find(id);
    if (number === 0) return NO_LABELS;
    return this.#commonLabels(number) ?? this.#collectLabels(number);
  }

  /** What nearly every indicator is: related to one malware and never sighted. Worked out once for each malware. */
  #commonLabels(number: number): Labels | null {
    const only = this.#first.get(number);
    if (only === 0 || this.#next.get(only) !== 0 || this.#relationMarkings.get(only) !== 0) return null;
    const context = this.#contexts.get(this.#target.get(only));
    if (context === undefined || context.rank === "infrastructure") return null;
    if (this.#firstSeen.get(number) !== undefined || this.#lastSeen.get(number) !== undefined) return null;
    if (this.#notSeen.get(number) !== undefined) return null;
    context.labels ??= this.#collectLabels(number);
    return context.labels;
  }

  #collectLabels(number: number): Labels {
    const collected = new LabelCollector();
    collected.sawAt(this.#firstSeen.get(number), this.#lastSeen.get(number), this.#notSeen.get(number));
    this.#follow(number, collected, 0);
    return collected.labels(this.markings);
  }

  /** From an indicator or observable to what it is related to; through observed data and infrastructure one step more. */
  #follow(number: number, collected: LabelCollector, depth: number): void {
    for (let at = this.#first.get(number); at !== 0; at = this.#next.get(at)) {
      if (collected.followed++ >= MAX_RELATIONS) return;
      const target = this.#target.get(at);
      const context = this.#contexts.get(target);
      collected.mark(this.#markingSets[this.#relationMarkings.get(at)] ?? []);
      if (context !== undefined) {
        collected.relate(context);
        if (context.rank !== "infrastructure") continue;
      } else if ((this.#flags.get(target) & OBSERVED) !== 0) {
        collected.sawAt(this.#firstSeen.get(target), this.#lastSeen.get(target), undefined);
      } else continue;
      if (depth < 2) this.#follow(target, collected, depth + 1);
    }
  }

  #addRelationship(object: JsonObject): void {
    const source = textOf(object, "source_ref");
    const target = textOf(object, "target_ref");
    if (source === undefined || target === undefined) return;
    if (UNTELLING_RELATIONS.has(textOf(object, "relationship_type") ?? "")) return;
    const from = sideOf(source);
    const to = sideOf(target);
    if (from === "indicator" && to === "value") this.#flag(target, SPOKEN_FOR);
    else if (from !== "context" && to === "context") this.#relate(source, target, object);
    else if (from === "context" && to !== "context") this.#relate(target, source, object);
    else if (source.startsWith("infrastructure--")) this.#relate(source, target, object);
    else if (target.startsWith("infrastructure--")) this.#relate(target, source, object);
  }

  #relate(id: string, related: string, object: JsonObject | null): void {
    const number = this.#ids.number(id);
    const relation = ++this.#relations;
    this.#target.set(relation, this.#ids.number(related));
    this.#next.set(relation, this.#first.get(number));
    this.#first.set(number, relation);
    const markings = object === null ? 0 : this.#markingSet(object);
    if (markings !== 0) this.#relationMarkings.set(relation, markings);
  }

  /** Definitions may follow later in the bundle, so only the references are kept here; equal sets are kept once. */
  #markingSet(object: JsonObject): number {
    const refs = textsOf(object, "object_marking_refs");
    if (refs.length === 0) return 0;
    const key = refs.join(" ");
    const known = this.#markingSetNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#markingSets.push(refs.map(copyOfText)) - 1;
    this.#markingSetNumbers.set(copyOfText(key), number);
    return number;
  }

  #addSighting(object: JsonObject): void {
    const of = textOf(object, "sighting_of_ref");
    if (of === undefined) return;
    const first = instantOf(object, "first_seen");
    const last = instantOf(object, "last_seen") ?? first ?? instantOf(object, "created");
    const number = this.#ids.number(of);
    if (numberOf(object, "count") === 0) {
      if (last !== undefined) this.#notSeen.set(number, Math.max(last, this.#notSeen.get(number) ?? last));
      return;
    }
    this.#seen(number, first, last);
    for (const data of textsOf(object, "observed_data_refs")) {
      if (sideOf(of) === "context") this.#relate(data, of, object);
    }
  }

  #seen(number: number, first: number | undefined, last: number | undefined): void {
    if (first !== undefined)
      this.#firstSeen.set(number, Math.min(first, this.#firstSeen.get(number) ?? first));
    if (last !== undefined) this.#lastSeen.set(number, Math.max(last, this.#lastSeen.get(number) ?? last));
  }

  #addObservedData(object: JsonObject): void {
    const id = textOf(object, "id");
    const refs = textsOf(object, "object_refs");
    if (id === undefined) return;
    this.#flag(id, OBSERVED);
    this.#seen(this.#ids.number(id), instantOf(object, "first_observed"), instantOf(object, "last_observed"));
    for (const ref of refs) this.#relate(ref, id, object);
  }

  #addContext(object: JsonObject, type: string): void {
    const id = textOf(object, "id");
    const rank = CONTEXT_RANKS.get(type);
    if (id === undefined || rank === undefined) return;
    if (this.#contexts.size >= MAX_CONTEXT_OBJECTS) {
      throw new UnreadablePart(
        "too-big",
        `This bundle names more than ${MAX_CONTEXT_OBJECTS} malware, actors and infrastructures. Split it and hand the parts in.`,
      );
    }
    const written = textOf(object, "name");
    const name = written === undefined ? undefined : copyOfText(written.slice(0, 200));
    const roles = rank === "infrastructure" ? rolesOfInfrastructure(object, name) : [];
    this.#contexts.set(this.#ids.number(id), {
      rank,
      name,
      roles,
      markings: textsOf(object, "object_marking_refs").map(copyOfText),
      labels: undefined,
    });
  }

  /** References from one observable to others: they are its details, not claims of their own. */
  #addDetails(object: JsonObject): void {
    for (const property of ["resolves_to_refs", "belongs_to_refs", "belongs_to_ref"]) {
      if (object[property] === undefined) continue;
      for (const ref of textsOf(object, property)) this.#flag(ref, DETAIL);
    }
  }

  #flag(id: string, flag: number): void {
    const number = this.#ids.number(id);
    this.#flags.set(number, this.#flags.get(number) | flag);
  }
}

class LabelCollector {
  followed = 0;
  readonly #malware = new Set<string>();
  readonly #actors = new Set<string>();
  readonly #roles = new Set<ThreatRole>();
  readonly #markings = new Set<string>();
  #firstSeen: number | undefined;
  #lastSeen: number | undefined;
  #notSeenAt: number | undefined;

  relate(context: ContextObject): void {
    if (context.name !== undefined && context.rank === "malware") this.#malware.add(context.name);
    if (context.name !== undefined && context.rank === "actor") this.#actors.add(context.name);
    for (const role of context.roles) this.#roles.add(role);
    this.mark(context.markings);
  }

  mark(refs: readonly string[]): void {
    for (const ref of refs) this.#markings.add(ref);
  }

  sawAt(first: number | undefined, last: number | undefined, notSeen: number | undefined): void {
    if (first !== undefined) this.#firstSeen = Math.min(first, this.#firstSeen ?? first);
    if (last !== undefined) this.#lastSeen = Math.max(last, this.#lastSeen ?? last);
    this.#notSeenAt ??= notSeen;
  }

  labels(markings: MarkingDefinitions): Labels {
    const families = this.#malware.size > 0 ? this.#malware : this.#actors;
    return {
      families: [...families],
      roles: [...this.#roles],
      onlyActor: this.#malware.size === 0 && this.#actors.size > 0,
      markings: this.#markings.size === 0 ? [] : markings.named([...this.#markings]),
      firstSeen: this.#firstSeen,
      lastSeen: this.#lastSeen,
      notSeenAt: this.#notSeenAt,
    };
  }
}

const NO_LABELS: Labels = new LabelCollector().labels(new MarkingDefinitions());

/** Objects that give others families and roles. */
export const CONTEXT_RANKS: ReadonlyMap<string, ContextObject["rank"]> = new Map([
  ["malware", "malware"],
  ["tool", "malware"],
  ["threat-actor", "actor"],
  ["intrusion-set", "actor"],
  ["campaign", "campaign"],
  ["infrastructure", "infrastructure"],
]);

/** Relations that say nothing bad of the other side: what malware targets is its victim, what mitigates it a defence. */
const UNTELLING_RELATIONS = new Set([
  "targets",
  "mitigates",
  "remediates",
  "investigates",
  "located-at",
  "compromises",
]);

function sideOf(id: string): "indicator" | "context" | "value" | "other" {
  if (id.startsWith("indicator--")) return "indicator";
  const type = id.slice(0, id.indexOf("--"));
  if (CONTEXT_RANKS.has(type)) return "context";
  return VALUE_TYPES.has(type) ? "value" : "other";
}

/** Observables, and the observed data that names them. */
export const VALUE_TYPES: ReadonlySet<string> = new Set([
  "observed-data",
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "hostname",
  "x-opencti-hostname",
  "url",
  "email-addr",
  "file",
  "artifact",
  "autonomous-system",
  "user-account",
  "phone-number",
  "cryptocurrency-wallet",
  "bank-account",
]);

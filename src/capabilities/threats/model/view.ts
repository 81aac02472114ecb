import { combineHandling } from "#capabilities/operations/index.ts";
import type { KnownThreat, StatedAssertion } from "./known-threat.ts";
import { livenessAt } from "./liveness.ts";
import { countOrigins } from "./origins.ts";
import type { VisibleSource, VisibleThreat } from "./visible-threat.ts";

/** The part of a view that threats can compose by itself; countries, government and shared infrastructure are jurisdiction's. */
export type ThreatView = Omit<
  VisibleThreat,
  "countries" | "disagreements" | "government" | "sharedInfrastructure"
>;

/** Instants in milliseconds since the epoch, UTC. */
export interface ViewFrame {
  readonly asOf: number;
  /** The operation's window, both ends included. */
  readonly from: number;
  readonly to: number;
}

/** Composes what a reader sees of a threat from the assertions he may see, and nothing else. */
export function viewOf(threat: KnownThreat, frame: ViewFrame): ThreatView {
  const { assertions } = threat;
  const observations = assertions.map((said) => ({
    positive: said.isPositive,
    at: said.lastSeen ?? said.firstSeen,
    validUntil: said.validUntil,
  }));
  const handling = assertions
    .map((said) => said.handling)
    .reduce((a, b) => (a === b ? a : combineHandling(a, b)));
  return {
    id: threat.id,
    type: threat.type,
    role: threat.role,
    value: threat.value,
    host: threat.host ?? (HOST_TYPES.has(threat.type) ? threat.value : null),
    families: distinct(assertions.flatMap((said) => said.families)),
    ports: [...new Set(assertions.flatMap((said) => said.port ?? []))].sort((a, b) => a - b),
    targets: distinct(assertions.flatMap((said) => said.target ?? [])),
    firstSeen: least(assertions.map((said) => said.firstSeen ?? said.lastSeen)),
    lastSeen: greatest(
      assertions.filter((said) => said.isPositive).map((said) => said.lastSeen ?? said.firstSeen),
    ),
    liveness: livenessAt(observations, threat.role, frame.asOf),
    seenInOperation: assertions.some((said) => wasSeenWithin(said, frame)),
    sources: sourcesOf(assertions),
    origins: countOrigins(assertions.map((said) => ({ ...said, source: said.source.externalId }))),
    assertions: assertions.length,
    confidence: greatest(assertions.map((said) => said.confidence)),
    handling: { tlp: handling.tlp, pap: handling.pap, codes: handling.codes },
  };
}

const HOST_TYPES: ReadonlySet<string> = new Set(["ipv4-addr", "ipv6-addr", "domain-name"]);

/** An undated sighting counts for the delivery's observation window, which lies in the operation's. */
function wasSeenWithin(said: StatedAssertion, { from, to }: ViewFrame): boolean {
  if (!said.isPositive) return false;
  const first = said.firstSeen ?? said.lastSeen;
  const last = said.lastSeen ?? said.firstSeen;
  return first === null || last === null || (first <= to && last >= from);
}

function sourcesOf(assertions: readonly StatedAssertion[]): VisibleSource[] {
  const sources = new Map<string, VisibleSource>();
  for (const { source, handling } of assertions) {
    const known = sources.get(source.code);
    const name = handling.mayBeNamed ? source.name : null;
    // Named only when every statement of it may name it: one closed row keeps the source a code.
    sources.set(source.code, {
      code: source.code,
      name: known === undefined ? name : known.name === null ? null : name,
      reliability: source.reliability,
      credibility: source.credibility,
    });
  }
  return [...sources.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

function least(instants: readonly (number | null)[]): number | null {
  return instants.reduce<number | null>((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
}

function greatest(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce<number | null>((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
}

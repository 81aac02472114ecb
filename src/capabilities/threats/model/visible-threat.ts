import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import type { Tlp } from "#standards/tlp.ts";

/** C-5: computed for an as-of instant, never stored. `unknown` = no dated observation. */
export type Liveness = "active" | "stale" | "inactive" | "unknown";

/** A source as this reader may know it: `name` only where the source may be named. */
export interface VisibleSource {
  readonly code: string;
  readonly name: string | null;
  readonly reliability: string;
  readonly credibility: number;
}

/** A threat as one reader may know it: everything but type, value and role is computed from the assertions he may see. */
export interface VisibleThreat {
  readonly id: string;
  readonly type: ObservableType;
  readonly value: string;
  readonly role: ThreatRole;
  /** Host name or address the threat lives on, where it has one (of a URL: its host). */
  readonly host: string | null;
  readonly families: readonly string[];
  readonly ports: readonly number[];
  readonly targets: readonly string[];
  /** Milliseconds since the epoch, UTC. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly liveness: Liveness;
  /** Whether it was seen working at least once within the operation's window (C-2). */
  readonly seenInOperation: boolean;
  /** Countries responsible, the decisive one first, each with why (ISO 3166-1 alpha-2). Empty = unassigned. */
  readonly countries: readonly VisibleCountry[];
  /** What speaks against the first country, in words a reader understands; empty when nothing does. */
  readonly disagreements: readonly string[];
  readonly government: VisibleGovernment | null;
  /** Name of the shield it lies on (a CDN, a shared host), when it is not only the criminal's. */
  readonly sharedInfrastructure: string | null;
  readonly sources: readonly VisibleSource[];
  /** Independent origins, not sources: three resellers of one list are one witness. */
  readonly origins: number;
  readonly assertions: number;
  /** Highest confidence 0-100 that a visible source gave, as given. */
  readonly confidence: number | null;
  /** Most restrictive of the visible parts. */
  readonly handling: VisibleHandling;
}

export interface VisibleHandling {
  readonly tlp: Tlp;
  readonly pap: string | null;
  readonly codes: readonly string[];
}

export interface VisibleCountry {
  readonly country: string;
  readonly basis: readonly string[];
}

export interface VisibleGovernment {
  readonly country: string;
  readonly suffix: string;
  readonly level: string | null;
}

import type { Source } from "#capabilities/feeds/index.ts";
import type { Handling } from "#capabilities/operations/index.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

/** A threat with the assertions that one reader may see: what a view is composed from. */
export interface KnownThreat {
  readonly id: string;
  readonly type: ObservableType;
  readonly role: ThreatRole;
  readonly value: string;
  /** Null where it is the value itself, or there is none. */
  readonly host: string | null;
  /** Never empty. */
  readonly assertions: readonly StatedAssertion[];
}

/** What one source said once, and where. Instants in milliseconds since the epoch, UTC. */
export interface StatedAssertion {
  readonly source: Source;
  readonly handling: Handling;
  readonly content: string;
  readonly delivery: number;
  readonly part: number;
  readonly row: number;
  readonly isPositive: boolean;
  readonly port: number | null;
  readonly confidence: number | null;
  readonly country: string | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly validUntil: number | null;
  readonly raw: string | null;
  readonly families: readonly string[];
  readonly target: string | null;
  readonly reference: string | null;
}

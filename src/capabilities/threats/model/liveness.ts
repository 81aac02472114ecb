import type { ThreatRole } from "#standards/threat-role.ts";
import type { Liveness } from "./visible-threat.ts";

const DAY_MS = 86_400_000;

/** C-5: days within which a positive observation keeps a threat ACTIVE. Published beside every "active" figure. */
export const LIVENESS_WINDOW_DAYS: Readonly<Record<ThreatRole, number>> = {
  c2: 14,
  phishing: 7,
  "malware-distribution": 7,
  malware: 30,
  scam: 30,
  spam: 7,
  attacker: 14,
  "actor-group": 30,
  compromised: 30,
  victim: 14,
  vulnerable: 30,
  unknown: 14,
};

/** One dated look at the thing. Instants in milliseconds since the epoch, UTC. */
export interface Observation {
  readonly positive: boolean;
  readonly at: number | null;
  /** After it the source itself no longer stands by the statement. */
  readonly validUntil: number | null;
}

/**
 * C-5 at an instant: ACTIVE when the last positive observation lies within the role's window before it and no later
 * negative check does; INACTIVE when the last dated word is a negative check, or nothing is left but sightings past their
 * own validity; STALE when it was seen, but too long
 * ago; UNKNOWN when nothing dated is known by then. Observations after the instant do not count.
 */
export function livenessAt(observations: Iterable<Observation>, role: ThreatRole, asOf: number): Liveness {
  let lastPositive = Number.NEGATIVE_INFINITY;
  let lastNegative = Number.NEGATIVE_INFINITY;
  let isExpired = false;
  for (const { positive, at, validUntil } of observations) {
    if (at === null || at > asOf) continue;
    if (!positive) lastNegative = Math.max(lastNegative, at);
    else if (validUntil === null || validUntil > asOf) lastPositive = Math.max(lastPositive, at);
    else isExpired = true; // its source no longer stands by it, which says nothing against what others saw
  }
  if (lastPositive === Number.NEGATIVE_INFINITY && lastNegative === Number.NEGATIVE_INFINITY)
    return isExpired ? "inactive" : "unknown";
  // A check at the very instant of a sighting contradicts it; the thing was gone when somebody looked.
  if (lastNegative >= lastPositive) return "inactive";
  return asOf - lastPositive <= LIVENESS_WINDOW_DAYS[role] * DAY_MS ? "active" : "stale";
}

import { hash } from "node:crypto";
import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

/** Length in bytes of a threat's id. */
export const THREAT_ID_BYTES = 16;

/**
 * The identity of a threat: the first 16 bytes of SHA-256 over operation, type, role and normal form, as a string of
 * 16 one-byte characters (latin1). A cryptographic hash, because values come from adversaries, and it costs no more
 * than a fast one: the call dominates (measured 0.7 µs). Latin1 text is the cheapest output Node gives.
 */
export function threatIdOf(operation: string, type: ObservableType, role: ThreatRole, value: string): string {
  return hash("sha256", `${operation}\n${type}\n${role}\n${value}`, "binary").slice(0, THREAT_ID_BYTES);
}

import { OBSERVABLE_TYPES, type ObservableType } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES, type ThreatRole } from "#standards/threat-role.ts";

/** Numbers of `threats.observable_type` and `threats.role`: the place in the list of words, counted from one. */
const typeNumbers = new Map<ObservableType, number>(OBSERVABLE_TYPES.map((type, place) => [type, place + 1]));
const roleNumbers = new Map<ThreatRole, number>(THREAT_ROLE_NAMES.map((role, place) => [role, place + 1]));

export function typeNumber(type: ObservableType): number {
  return typeNumbers.get(type) ?? unknownWord(type);
}

export function roleNumber(role: ThreatRole): number {
  return roleNumbers.get(role) ?? unknownWord(role);
}

/** @throws Error when the database holds a number that this version does not know */
export function typeOfNumber(number: number): ObservableType {
  return OBSERVABLE_TYPES[number - 1] ?? unknownWord(number);
}

/** @throws Error when the database holds a number that this version does not know */
export function roleOfNumber(number: number): ThreatRole {
  return THREAT_ROLE_NAMES[number - 1] ?? unknownWord(number);
}

function unknownWord(word: string | number): never {
  throw new Error(`threats: no such type or role: ${word}`);
}

/** Bits of `threats.threat.flags`; facts of public tables about the value, recomputed when a table changes. */
export const THREAT_FLAGS = {
  sharedInfrastructure: 1,
  government: 2,
  tablesDisagree: 4,
  governmentLookAlike: 8,
} as const;

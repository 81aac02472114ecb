import { stricterTlp, type Tlp } from "#standards/tlp.ts";

export const PAP_LEVELS = ["CLEAR", "GREEN", "AMBER", "RED"] as const;
export type PapLevel = (typeof PAP_LEVELS)[number];
export const CODES = ["H0", "H1", "H2", "H3"] as const;
export type Code = (typeof CODES)[number];

/** Four different questions: who may see (TLP, releasable-to), what may be done (PAP), what use (H-codes), how long. */
export interface Handling {
  readonly tlp: Tlp;
  readonly pap: PapLevel | null;
  readonly codes: readonly Code[];
  /** Country codes and source ids; null = as far as TLP reaches; empty = nobody. */
  readonly releasableTo: readonly string[] | null;
  /** Last day (ISO date) on which readers outside the desk may have it. */
  readonly expiresOn: string | null;
  readonly mayBeNamed: boolean;
}

/** Handling of what is derived from both: the most restrictive of every part. Commutative, associative, idempotent. */
export function combineHandling(a: Handling, b: Handling): Handling {
  return {
    tlp: stricterTlp(a.tlp, b.tlp),
    pap: stricterPap(a.pap, b.pap),
    codes: CODES.filter((code) => a.codes.includes(code) || b.codes.includes(code)),
    releasableTo:
      a.releasableTo === null && b.releasableTo === null ? null : narrower(namedBy(a), namedBy(b)),
    expiresOn: earlier(a.expiresOn, b.expiresOn),
    mayBeNamed: a.mayBeNamed && b.mayBeNamed,
  };
}

function stricterPap(a: PapLevel | null, b: PapLevel | null): PapLevel | null {
  if (a === null || b === null) return a ?? b;
  return PAP_LEVELS.indexOf(a) >= PAP_LEVELS.indexOf(b) ? a : b;
}

/**
 * Whom a handling reaches by name, for combining. Without a list, RED, AMBER+STRICT and H2 reach nobody by name, so
 * that a list on another part can never open them; the other levels are limited by their level alone.
 */
function namedBy(handling: Handling): readonly string[] | null {
  if (handling.releasableTo !== null) return handling.releasableTo;
  const closed = handling.tlp === "RED" || handling.tlp === "AMBER+STRICT" || handling.codes.includes("H2");
  return closed ? [] : null;
}

function narrower(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((reader) => b.includes(reader));
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/**
 * Puts a marking found in the data (`TLP:AMBER`, `PAP:RED`) on top of a handling. A marking in the data can only
 * tighten: a partner's file that says CLEAR inside does not open what its agreement closed.
 */
export function tightenByMarking(handling: Handling, tlp: Tlp | null, pap: PapLevel | null): Handling {
  return {
    ...handling,
    tlp: tlp === null ? handling.tlp : stricterTlp(handling.tlp, tlp),
    pap: stricterPap(handling.pap, pap),
  };
}

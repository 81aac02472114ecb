import { PAP_LEVELS, type PapLevel } from "#capabilities/operations/index.ts";
import { parseTlp, stricterTlp, type Tlp } from "#standards/tlp.ts";

/** What the markings on one claim amount to. Null = says nothing. */
export interface Marking {
  readonly tlp: Tlp | null;
  readonly pap: PapLevel | null;
}

/**
 * The strictest of the markings found on a claim, as one short text (`AMBER+STRICT|RED`, `GREEN|`), or null when there
 * is none. A text that looks like a TLP marking but is none of the five, and a STIX marking whose definition is missing,
 * are read as RED: unreadable is never open.
 */
export function summariseMarkings(markings: readonly string[]): string | null {
  let tlp: Tlp | null = null;
  let pap: PapLevel | null = null;
  for (const text of markings) {
    const word = text.trim().toUpperCase();
    if (word.startsWith("PAP")) pap = stricterPap(pap, papOf(word));
    else if (word.startsWith("TLP")) tlp = stricter(tlp, parseTlp(text) ?? "RED");
    else if (word.startsWith("MARKING-DEFINITION--")) tlp = "RED";
    else {
      const level = parseTlp(text);
      if (level !== null) tlp = stricter(tlp, level);
    }
  }
  return tlp === null && pap === null ? null : `${tlp ?? ""}|${pap ?? ""}`;
}

/** The reverse of `summariseMarkings`; the empty text says nothing. */
export function parseMarking(summary: string): Marking {
  const [tlp = "", pap = ""] = summary.split("|");
  return { tlp: parseTlp(tlp), pap: PAP_LEVELS.find((level) => level === pap) ?? null };
}

function stricter(a: Tlp | null, b: Tlp): Tlp {
  return a === null ? b : stricterTlp(a, b);
}

function papOf(word: string): PapLevel {
  const level = word.replace(/^PAP\s*[:=]?\s*/, "").replace("WHITE", "CLEAR");
  return PAP_LEVELS.find((known) => known === level) ?? "RED";
}

function stricterPap(a: PapLevel | null, b: PapLevel): PapLevel {
  return a !== null && PAP_LEVELS.indexOf(a) >= PAP_LEVELS.indexOf(b) ? a : b;
}

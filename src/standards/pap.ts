/**
 * Permissible Actions Protocol, from the most open to the most closed: what a receiver may do with a piece of information, as
 * TLP says whom he may tell. CLEAR was called WHITE; the old name is read and never written.
 */
export const PAP_LEVELS = ["CLEAR", "GREEN", "AMBER", "RED"] as const;
export type Pap = (typeof PAP_LEVELS)[number];

/**
 * Reads `PAP:Red`, `pap:white`, `AMBER`; null when it is not a PAP marking. An unreadable marking must never become an open
 * one.
 */
export function parsePap(text: string): Pap | null {
  const word = text
    .trim()
    .toUpperCase()
    .replace(/^PAP\s*[:=]?\s*/, "");
  if (word === "WHITE") return "CLEAR";
  return PAP_LEVELS.find((level) => level === word) ?? null;
}

/** The stricter of two: anything derived is as closed as its most closed part. */
export function stricterPap(a: Pap, b: Pap): Pap {
  return PAP_LEVELS.indexOf(a) >= PAP_LEVELS.indexOf(b) ? a : b;
}

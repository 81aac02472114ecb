/**
 * Handling codes of the European law-enforcement exchange (the "4x4" form): conditions the provider lays on the use of a piece
 * of information. They say nothing about its truth, and they add up: an item may carry several.
 */
export const HANDLING_CODES = [
  "H0", // may be used to prevent and combat crime
  "H1", // not in judicial proceedings without the provider's permission
  "H2", // not to be passed on without the provider's permission
  "H3", // other restrictions, as the provider wrote them
] as const;
export type HandlingCode = (typeof HANDLING_CODES)[number];

/** Reads `h1` or `H 1`; null when it is no handling code. */
export function parseHandlingCode(text: string): HandlingCode | null {
  const word = text.replace(/\s/g, "").toUpperCase();
  return HANDLING_CODES.find((code) => code === word) ?? null;
}

/**
 * The codes of anything made from parts with these codes: every restriction of every part, in the order of the scale. H0 only
 * says that nothing beyond the common purpose is asked, so it disappears beside a restriction and stands alone where there is
 * none.
 */
export function combineHandlingCodes(...parts: readonly Iterable<HandlingCode>[]): HandlingCode[] {
  const present = new Set(parts.flatMap((part) => [...part]));
  const restrictions = HANDLING_CODES.filter((code) => code !== "H0" && present.has(code));
  return restrictions.length > 0 || !present.has("H0") ? restrictions : ["H0"];
}

/** H1: a court needs the provider's permission first. */
export function forbidsCourtUse(codes: Iterable<HandlingCode>): boolean {
  return [...codes].includes("H1");
}

/** H2, and H3 until an officer has read its text: passing on needs the provider's permission. */
export function needsOriginatorClearance(codes: Iterable<HandlingCode>): boolean {
  return [...codes].some((code) => code === "H2" || code === "H3");
}

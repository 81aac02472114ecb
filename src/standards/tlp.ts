/** Traffic Light Protocol 2.0 (FIRST), from the most open to the most closed. */
export const TLP_LEVELS = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] as const;
export type Tlp = (typeof TLP_LEVELS)[number];

/**
 * Reads a marking as people write it: `TLP:Amber+Strict`, `tlp:amber-strict`, `AMBER`. `WHITE` (version 1) is CLEAR.
 * Null when it is not a TLP marking; the caller decides, because an unreadable marking must never become an open one.
 */
export function parseTlp(text: string): Tlp | null {
  const word = text
    .trim()
    .toUpperCase()
    .replace(/^TLP\s*[:=]?\s*/, "")
    .replace(/[\s_-]+STRICT$/, "+STRICT");
  if (word === "WHITE") return "CLEAR";
  return TLP_LEVELS.find((level) => level === word) ?? null;
}

/** The stricter of two: anything derived is as closed as its most closed part. */
export function stricterTlp(a: Tlp, b: Tlp): Tlp {
  return TLP_LEVELS.indexOf(a) >= TLP_LEVELS.indexOf(b) ? a : b;
}

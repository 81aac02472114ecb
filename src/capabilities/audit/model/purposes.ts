/** What somebody may read or search for (SD-4, RPD Art. 10): a closed list, so that it can be asked whether he kept to it. */
export const PURPOSES = [
  "coordination",
  "investigation",
  "victim-notification",
  "deconfliction",
  "oversight",
  "quality",
  "test",
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The purpose as stated, or null when it is none that the house knows. One list holds for every operation. */
export function purposeOf(stated: string | undefined): Purpose | null {
  return PURPOSES.find((purpose) => purpose === stated) ?? null;
}

/**
 * The Admiralty code (NATO AJP-2.1): how reliable the source is and how credible the piece of information is. The two are
 * rated apart and written together, `B2`. The letter G that some taxonomies add ("deliberately misleading") is not in the
 * code.
 */
export const SOURCE_RELIABILITIES = {
  A: "Completely reliable",
  B: "Usually reliable",
  C: "Fairly reliable",
  D: "Not usually reliable",
  E: "Unreliable",
  F: "Reliability cannot be judged",
} as const;

export const INFORMATION_CREDIBILITIES = {
  1: "Confirmed by other sources",
  2: "Probably true",
  3: "Possibly true",
  4: "Doubtful",
  5: "Improbable",
  6: "Truth cannot be judged",
} as const;

export type SourceReliability = keyof typeof SOURCE_RELIABILITIES;
export type InformationCredibility = keyof typeof INFORMATION_CREDIBILITIES;

export interface AdmiraltyRating {
  readonly sourceReliability: SourceReliability;
  readonly informationCredibility: InformationCredibility;
}

export function isSourceReliability(value: string): value is SourceReliability {
  return Object.hasOwn(SOURCE_RELIABILITIES, value);
}

export function isInformationCredibility(value: number): value is InformationCredibility {
  return Object.hasOwn(INFORMATION_CREDIBILITIES, value);
}

/** Reads a rating as people write it, `B2`, `b-2`, `B/2`; null when it is not one, the letter G included. */
export function parseAdmiralty(text: string): AdmiraltyRating | null {
  const match = /^([A-F])[\s/-]?([1-6])$/i.exec(text.trim());
  const sourceReliability = match?.[1]?.toUpperCase() ?? "";
  const informationCredibility = Number(match?.[2]);
  return isSourceReliability(sourceReliability) && isInformationCredibility(informationCredibility)
    ? { sourceReliability, informationCredibility }
    : null;
}

/** `B2`. */
export function formatAdmiralty(rating: AdmiraltyRating): string {
  return `${rating.sourceReliability}${rating.informationCredibility}`;
}

/**
 * The STIX 2.1 confidence (0-100) of a credibility, by the Admiralty scale of its appendix A. Null for 6: what cannot be
 * judged has no number, and zero would mean "improbable". Reliability does not enter: a poor source can be right.
 */
export function confidenceOf(credibility: InformationCredibility): number | null {
  return CONFIDENCES[credibility];
}

const CONFIDENCES = { 1: 90, 2: 70, 3: 50, 4: 30, 5: 10, 6: null } as const;

/** The credibility whose band a STIX confidence (0-100) falls into; 6 when there is none. Bands as in STIX 2.1 appendix A. */
export function credibilityOf(confidence: number | null): InformationCredibility {
  if (confidence === null || !(confidence >= 0 && confidence <= 100)) return 6;
  if (confidence >= 80) return 1;
  if (confidence >= 60) return 2;
  if (confidence >= 40) return 3;
  return confidence >= 20 ? 4 : 5;
}

import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

export const PERSON_CATEGORIES = ["suspect", "victim", "witness", "contact", "officer", "other"] as const;
export type PersonCategory = (typeof PERSON_CATEGORIES)[number];

/** Whether something is known, or what somebody makes of it (requirement SD-7). */
export const STANDINGS = ["fact", "assessment"] as const;
export type Standing = (typeof STANDINGS)[number];

/** What every personal record has; none of the four may be missing. */
export interface PersonalDescription {
  readonly category: PersonCategory;
  readonly standing: Standing;
  readonly purpose: string;
  /** ISO date. */
  readonly reviewOn: string;
}

/** Types whose values lead to a person by themselves. */
export const PERSONAL_TYPES: readonly ObservableType[] = [
  ...(["email-addr", "phone-number", "iban", "bank-account", "crypto-wallet", "user-account"] as const),
];

/** Whether a value is personal: by its type, or a URL that holds an e-mail address. */
export function isPersonal(type: ObservableType, value: string): boolean {
  return (
    PERSONAL_TYPES.includes(type) || (type === "url" && /[^/@\s]+(@|%40)[^/@\s]+\.[^/@\s]+/i.test(value))
  );
}

const DAY_MS = 86_400_000;
const REVIEW_DAYS: Readonly<Record<PersonCategory, number>> = {
  suspect: 365,
  victim: 180,
  witness: 180,
  contact: 365,
  officer: 365,
  other: 180,
};

/**
 * What follows from how the value came in, while nobody has said otherwise: the category from the role, the standing
 * from whether a source rates it confirmed (Admiralty 1), the purpose from the first delivery, and a review within a year of it, sooner
 * for those who did nothing.
 * @param firstReceivedAt milliseconds since the epoch
 */
export function describePerson(
  role: ThreatRole,
  said: { readonly credibility: number; readonly purpose: string; readonly firstReceivedAt: number },
): PersonalDescription {
  const category = categoryOf(role);
  return {
    category,
    standing: said.credibility === 1 ? "fact" : "assessment",
    purpose: said.purpose,
    reviewOn: new Date(said.firstReceivedAt + REVIEW_DAYS[category] * DAY_MS).toISOString().slice(0, 10),
  };
}

function categoryOf(role: ThreatRole): PersonCategory {
  if (role === "victim" || role === "compromised" || role === "vulnerable") return "victim";
  return role === "unknown" ? "other" : "suspect";
}

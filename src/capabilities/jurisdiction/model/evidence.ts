/** The parts a country can play for one threat. They are kept apart: a site may be hosted in one and owned in another. */
export const COUNTRY_ROLES = ["hosting", "owner", "money", "victim", "suspect"] as const;
export type CountryRole = (typeof COUNTRY_ROLES)[number];

/**
 * What a country can be concluded from. `code` is what the database keeps, so it never changes meaning. `role` is
 * what the basis speaks about; `weight` (0-100) is how far it is usually right: it breaks ties within a basis and is
 * shown, it never lets a weaker basis outvote a stronger one.
 */
export const BASES = {
  /** Registry allocation of the address. */
  "address-allocation": { code: 1, role: "hosting", weight: 80 },
  /** A second, independently made allocation table. */
  "second-allocation": { code: 2, role: "hosting", weight: 60 },
  /** The country-code domain of a name: a hint about its owner, no more. */
  "country-code-domain": { code: 3, role: "owner", weight: 30 },
  /** The name lies below a suffix that only this country's public bodies get. */
  "government-suffix": { code: 4, role: "owner", weight: 95 },
  /** A source said so, without saying how it knows. */
  "source-word": { code: 5, role: "hosting", weight: 40 },
  /** Where the registrar of the name sits: who can suspend it. */
  registrar: { code: 6, role: "owner", weight: 25 },
  /** Where the owner is, as a person or document says. */
  owner: { code: 7, role: "owner", weight: 80 },
  victim: { code: 8, role: "victim", weight: 70 },
  suspect: { code: 9, role: "suspect", weight: 70 },
  /** Where the bank of an account is. */
  bank: { code: 10, role: "money", weight: 90 },
} as const satisfies Record<string, { code: number; role: CountryRole; weight: number }>;
export type Basis = keyof typeof BASES;

/** From the strongest to the weakest. The first that speaks decides its role; the first over all roles leads. */
export const BASIS_ORDER: readonly Basis[] = [
  "government-suffix",
  "owner",
  "address-allocation",
  "second-allocation",
  "country-code-domain",
  "registrar",
  "bank",
  "victim",
  "suspect",
  "source-word",
];

/** One piece of evidence for one country. */
export interface Evidence {
  readonly basis: Basis;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Who says so: name of a table, a suffix, code of a source (never its name). */
  readonly by: string;
  /** Date of the statement or of the table, `YYYY-MM-DD`; null when it is not known. */
  readonly asOf: string | null;
  /** 0-100. */
  readonly weight: number;
  /** What was found, word for word, for the reader to check: the suffix, the label, the note. */
  readonly text: string;
}

/** Evidence with the usual weight of its basis. `details`: what deviates from the usual. */
export function evidenceOf(
  basis: Basis,
  country: string,
  by: string,
  details: { readonly asOf?: string | null; readonly weight?: number; readonly text?: string } = {},
): Evidence {
  return {
    basis,
    country,
    by,
    asOf: details.asOf ?? null,
    weight: details.weight ?? BASES[basis].weight,
    text: details.text ?? "",
  };
}

/**
 * Why a threat has no country. `code` is negative, so that one number in the database says either which basis decided
 * or why none did.
 */
export const UNASSIGNED_REASONS = {
  /** A file hash, a handle: nothing that stands anywhere. */
  "nothing-to-locate": -1,
  /** A name under .com, .org, .eu and the like, and nothing else known. */
  "no-country-in-name": -2,
  /** In none of the allocation tables. */
  unallocated: -3,
  /** A front that many share: its address says where the front was registered, not where the threat is. */
  "shared-infrastructure": -4,
  /** One address announced from many places at once. */
  anycast: -5,
  /** A network that covers more than one country. */
  "spans-countries": -6,
  "no-evidence": -7,
  /** Equally good evidence names different countries. */
  "evidence-disagrees": -8,
} as const satisfies Record<string, number>;
export type UnassignedReason = keyof typeof UNASSIGNED_REASONS;

const basisNames = new Map<number, Basis>(BASIS_ORDER.map((basis) => [BASES[basis].code, basis]));
const reasonNames = new Map<number, UnassignedReason>(
  Object.entries(UNASSIGNED_REASONS).flatMap(([name, code]) => (isReason(name) ? [[code, name]] : [])),
);

/** The basis a stored number stands for; null for numbers below zero, which say why nobody decided. */
export function basisOfCode(code: number): Basis | null {
  return basisNames.get(code) ?? null;
}

/** The reason a stored number stands for; null for bases. */
export function reasonOfCode(code: number): UnassignedReason | null {
  return reasonNames.get(code) ?? null;
}

function isReason(text: string): text is UnassignedReason {
  return Object.hasOwn(UNASSIGNED_REASONS, text);
}

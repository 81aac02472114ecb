import codes from "i18n-iso-countries/codes.json" with { type: "json" };

/** One country or territory of ISO 3166-1, or one of the user-assigned codes in `USER_ASSIGNED`. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly alpha3: string;
  /** Three digits, as maps and statistics use them; empty where ISO has given none. */
  readonly numeric: string;
}

/**
 * Codes that ISO 3166-1 leaves to users and that address registries and police bodies do use. Refusing them would
 * drop threats; taking them says nothing about status (see border-note.ts).
 */
const USER_ASSIGNED: readonly string[] = ["XK"];

const COUNTRIES: ReadonlyMap<string, Country> = new Map(
  codes.flatMap(([code, alpha3, numeric]) =>
    code === undefined || alpha3 === undefined
      ? []
      : [[code, { code, alpha3, numeric: USER_ASSIGNED.includes(code) ? "" : (numeric ?? "") }] as const],
  ),
);
const BY_ALPHA3 = new Map([...COUNTRIES.values()].map((country) => [country.alpha3, country]));
const BY_NUMERIC = new Map([...COUNTRIES.values()].map((country) => [country.numeric, country]));

/** Every country and territory, in order of the alpha-2 code. */
export const COUNTRY_LIST: readonly Country[] = [...COUNTRIES.values()].sort((a, b) =>
  a.code < b.code ? -1 : 1,
);

/** Whether `code` is a present alpha-2 code in capitals. EU, UK, AP, ZZ and retired codes (AN, SU) are not. */
export function isCountry(code: string): boolean {
  return COUNTRIES.has(code);
}

/** The country of an alpha-2, alpha-3 or three-digit numeric code in any case; null when there is none. */
export function findCountry(code: string): Country | null {
  const upper = code.trim().toUpperCase();
  return (
    COUNTRIES.get(upper) ?? BY_ALPHA3.get(upper) ?? (upper === "" ? null : (BY_NUMERIC.get(upper) ?? null))
  );
}

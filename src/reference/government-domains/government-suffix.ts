/** Whose body it is, where the name says so (C-4 asks for any level of public body). */
export const GOVERNMENT_LEVELS = [
  "national",
  "regional",
  "local",
  "military",
  "parliament",
  "judiciary",
] as const;
export type GovernmentLevel = (typeof GOVERNMENT_LEVELS)[number];

/** Why a name is known to be a government's. */
export type GovernmentProof =
  /** The registry keeps this zone for public bodies. */
  | "zone"
  /** A single name that is known to belong to a public body. */
  | "name"
  /** A way of naming inside a zone, e.g. `*kab.go.id` for the regencies of Indonesia. */
  | "pattern"
  /** On a curated list that an operator loaded. */
  | "listed";

/** A name at or below which hosts belong to a public body of one country. */
export interface GovernmentSuffix {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly suffix: string;
  /** Null where bodies of several levels share the suffix. */
  readonly level: GovernmentLevel | null;
  readonly proof: GovernmentProof;
  /** Name of the body, where a curated list gave it. */
  readonly agency: string | null;
}

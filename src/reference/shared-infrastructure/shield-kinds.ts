/**
 * What a shield does to a value. `refuse-front-page` refuses the bare name or the front page and flags everything else there,
 * since any page of a popular site may be a criminal's and its front page never is. `not-shared` takes names out of a wider
 * row: a rented machine's name under a cloud's own.
 */
export const SHIELD_KINDS = {
  resolver: "refuse",
  sinkhole: "refuse",
  "popular-site": "refuse-front-page",
  "ip-lookup": "refuse-front-page",
  cdn: "flag",
  shortener: "flag",
  hosting: "flag",
  "dynamic-dns": "flag",
  listed: "flag",
  "not-shared": "none",
} as const;

export type ShieldKind = keyof typeof SHIELD_KINDS;

export function isShieldKind(text: string): text is ShieldKind {
  return Object.hasOwn(SHIELD_KINDS, text);
}

/** One row of a table. `match` says how `value` is compared; a `host` also stands for every name below it. */
export interface ShieldEntry {
  readonly kind: ShieldKind;
  readonly value: string;
  readonly name: string;
  readonly match: "range" | "host" | "exact" | "substring";
}

import { isUsedWorldwide } from "#reference/countries/country-domains.ts";
import {
  BASES,
  BASIS_ORDER,
  COUNTRY_ROLES,
  type CountryRole,
  type Evidence,
  type UnassignedReason,
} from "./evidence.ts";

/** The country that plays one role, who decided it, and what else was said about that role. */
export interface RoleDecision {
  readonly role: CountryRole;
  readonly country: string;
  /** The piece that decided: the strongest, then newest, then weightiest for this country. */
  readonly decidedBy: Evidence;
  readonly corroboration: readonly Evidence[];
  /** Kept and shown, never averaged away. */
  readonly disagreement: readonly Evidence[];
  /** The country stands only on a country-code domain that the whole world buys. */
  readonly usedWorldwide: boolean;
}

/** Why a person should look at a decision: it has no country, or something speaks against the one it has. */
type ReviewReason = UnassignedReason | "tables-disagree" | "source-disagrees";

export interface CountryDecision {
  /** One per role that has a country; the leading one first. */
  readonly roles: readonly RoleDecision[];
  /** Whom the threat is sent to: the countries of all roles, the leading one first, each once. */
  readonly countries: readonly string[];
  /** Null when a country leads. `hint` is what could be said all the same, for the person who works the queue. */
  readonly unassigned: { readonly reason: UnassignedReason; readonly hint: string | null } | null;
  /** Empty when nobody needs to look. The work queue is the decisions where it is not. */
  readonly review: readonly ReviewReason[];
}

/** What is known about the thing itself beside evidence for countries. */
export interface Circumstances {
  /** It is a front that many share; evidence from address tables then locates the front, not the threat. */
  readonly front?: "shared-infrastructure" | "anycast" | null;
  /** Why the public tables were silent, for the queue. */
  readonly silence?: UnassignedReason | null;
}

/**
 * Decides, for each role apart, which country plays it. Within a role the strongest basis decides (BASIS_ORDER), of
 * that basis the newest date, of that date the greater weight; a tie decides nothing. All else corroborates or
 * disagrees and is kept. A source's word speaks to whatever role was decided, and decides by itself only where
 * neither hosting nor owner is known otherwise. Pure; the order of the evidence does not matter.
 */
export function decideCountries(
  evidence: readonly Evidence[],
  circumstances: Circumstances = {},
): CountryDecision {
  const pieces = distinct(evidence);
  const front = circumstances.front ?? null;
  const located = front === null ? pieces : pieces.filter((piece) => !isAllocation(piece));
  const words = located.filter((piece) => piece.basis === "source-word");
  const others = located.filter((piece) => piece.basis !== "source-word");

  const roles: RoleDecision[] = [];
  let tie = false;
  for (const role of COUNTRY_ROLES) {
    const decision = decideRole(
      role,
      others.filter((piece) => BASES[piece.basis].role === role),
    );
    if (decision === "tie") tie = true;
    else if (decision !== null) roles.push(isPlace(role) ? withWords(decision, words) : decision);
  }
  if (!tie && !roles.some(({ role }) => isPlace(role))) {
    const decision = decideRole("hosting", words);
    if (decision === "tie") tie = true;
    else if (decision !== null) roles.push(decision);
  }
  roles.sort((a, b) => rankOf(a.decidedBy) - rankOf(b.decidedBy));

  const unassigned = roles.length > 0 ? null : nobody(pieces, tie, front, circumstances.silence ?? null);
  return {
    roles,
    countries: [...new Set(roles.map(({ country }) => country))],
    unassigned,
    review: reviewReasons(roles, tie, front, unassigned?.reason ?? null),
  };
}

function decideRole(role: CountryRole, pieces: readonly Evidence[]): RoleDecision | "tie" | null {
  const [first] = [...pieces].sort(byStrength);
  if (first === undefined) return null;
  const deciding = pieces.filter((piece) => piece.basis === first.basis && piece.asOf === first.asOf);
  const country = heaviest(deciding);
  if (country === null) return "tie";
  const decidedBy = deciding.filter((piece) => piece.country === country).sort(byStrength)[0] ?? first;
  const rest = pieces.filter((piece) => piece !== decidedBy).sort(byStrength);
  return {
    role,
    country,
    decidedBy,
    corroboration: rest.filter((piece) => piece.country === country),
    disagreement: rest.filter((piece) => piece.country !== country),
    usedWorldwide: decidedBy.basis === "country-code-domain" && isUsedWorldwide(country),
  };
}

/** The country with the greatest weight in sum, or null when two share it. */
function heaviest(pieces: readonly Evidence[]): string | null {
  const weights = new Map<string, number>();
  for (const piece of pieces) weights.set(piece.country, (weights.get(piece.country) ?? 0) + piece.weight);
  const most = Math.max(...weights.values());
  const winners = [...weights].filter(([, weight]) => weight === most);
  return winners.length === 1 ? (winners[0]?.[0] ?? null) : null;
}

function withWords(decision: RoleDecision, words: readonly Evidence[]): RoleDecision {
  const sorted = [...words].sort(byStrength);
  return {
    ...decision,
    corroboration: [
      ...decision.corroboration,
      ...sorted.filter(({ country }) => country === decision.country),
    ],
    disagreement: [...decision.disagreement, ...sorted.filter(({ country }) => country !== decision.country)],
  };
}

function nobody(
  pieces: readonly Evidence[],
  tie: boolean,
  front: NonNullable<Circumstances["front"]> | null,
  silence: UnassignedReason | null,
): CountryDecision["unassigned"] {
  const hint = [...pieces].sort(byStrength)[0]?.country ?? null;
  if (tie) return { reason: "evidence-disagrees", hint };
  // The front is the reason only where it took something away; a name without a country has none with or without it.
  const masked = front !== null && (silence === null || pieces.some(isAllocation));
  return { reason: masked ? front : (silence ?? "no-evidence"), hint };
}

function reviewReasons(
  roles: readonly RoleDecision[],
  tie: boolean,
  front: Circumstances["front"],
  unassigned: UnassignedReason | null,
): readonly ReviewReason[] {
  const against = roles.flatMap(({ disagreement }) => disagreement.map(({ basis }) => basis));
  const reasons: (ReviewReason | null)[] = [
    unassigned,
    front ?? null,
    tie ? "evidence-disagrees" : null,
    against.some((basis) => basis === "second-allocation" || basis === "address-allocation")
      ? "tables-disagree"
      : null,
    against.includes("source-word") ? "source-disagrees" : null,
  ];
  return [...new Set(reasons.filter((reason) => reason !== null))];
}

/** One voice per basis and speaker and country: a source that repeats itself is not two sources. The newest stays. */
function distinct(evidence: readonly Evidence[]): Evidence[] {
  const kept = new Map<string, Evidence>();
  for (const piece of evidence) {
    const key = `${piece.basis}\n${piece.by}\n${piece.country}`;
    const known = kept.get(key);
    if (known === undefined || byStrength(piece, known) < 0) kept.set(key, piece);
  }
  return [...kept.values()];
}

/** A total order, so that no result depends on the order in which evidence came. */
function byStrength(a: Evidence, b: Evidence): number {
  return (
    rankOf(a) - rankOf(b) ||
    compareText(b.asOf ?? "", a.asOf ?? "") ||
    b.weight - a.weight ||
    compareText(a.country, b.country) ||
    compareText(a.by, b.by) ||
    compareText(a.text, b.text)
  );
}

function rankOf(piece: Evidence): number {
  return BASIS_ORDER.indexOf(piece.basis);
}

/** Roles that a source's unexplained "country" can be about. */
function isPlace(role: CountryRole): boolean {
  return role === "hosting" || role === "owner";
}

function isAllocation(piece: Evidence): boolean {
  return piece.basis === "address-allocation" || piece.basis === "second-allocation";
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

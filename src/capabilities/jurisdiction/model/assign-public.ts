import { isUsedWorldwide } from "#reference/countries/country-domains.ts";
import type { GovernmentSuffix } from "#reference/government-domains/government-domains.ts";
import { looksLikeGovernment } from "#reference/government-domains/look-alike.ts";
import { ipv4Number } from "#reference/ip-allocations/address.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { BASES, UNASSIGNED_REASONS } from "./evidence.ts";
import { bare, gatherPublicEvidence, isAddress, type PublicReference } from "./public-evidence.ts";
import { decideCountries } from "./weigh.ts";

/** Bits of `PublicAssignment.flags`. The first four are those of `threats.threat.flags`. */
export const PUBLIC_FLAGS = {
  sharedInfrastructure: 1,
  government: 2,
  tablesDisagree: 4,
  governmentLookAlike: 8,
  /** The country stands on a country-code domain that the whole world buys. */
  usedWorldwide: 16,
} as const;

/** What stands between the address and the thing behind it. */
export const FRONT = { none: 0, sharedInfrastructure: 1, anycast: 2 } as const;
export type Front = (typeof FRONT)[keyof typeof FRONT];

/** Answer of the fast path: one object, filled again and again. */
export interface PublicAssignment {
  country: string | null;
  /** Code of the basis that decided (`BASES`); below zero, why none did (`UNASSIGNED_REASONS`). */
  basis: number;
  /** What the second table says of an address, also when it agrees. */
  second: string | null;
  flags: number;
  government: GovernmentSuffix | null;
}

/** An empty answer to hand to `assignPublic`. */
export function emptyAssignment(): PublicAssignment {
  return {
    country: null,
    basis: UNASSIGNED_REASONS["no-evidence"],
    second: null,
    flags: 0,
    government: null,
  };
}

/**
 * The country of one observable by public tables alone, into `out`. Decides as `decideCountries` does over
 * `gatherPublicEvidence` (a test holds the two together), but without keeping the reasons: intake asks it for each
 * of a million rows, 0.15 to 0.2 microseconds each, and makes no object. `value` and `host` in normal form; `front`
 * concerns addresses only.
 */
export function assignPublic(
  type: ObservableType,
  value: string,
  host: string | null,
  front: Front,
  reference: PublicReference,
  out: PublicAssignment,
): PublicAssignment {
  out.country = null;
  out.second = null;
  out.government = null;
  out.flags = front === FRONT.none ? 0 : PUBLIC_FLAGS.sharedInfrastructure;
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      assignAddress(value, front, reference, out);
      break;
    case "domain-name":
      assignName(host ?? value, reference, out);
      break;
    case "url":
    case "email-addr":
      if (host === null) out.basis = UNASSIGNED_REASONS["nothing-to-locate"];
      else if (isAddress(host)) assignAddress(bare(host), front, reference, out);
      else assignName(host, reference, out);
      break;
    case "ipv4-cidr":
    case "ipv6-cidr":
    case "iban":
      assignSlowly(type, value, front, reference, out);
      break;
    default:
      out.basis = UNASSIGNED_REASONS["nothing-to-locate"];
  }
  return out;
}

function assignAddress(
  address: string,
  front: Front,
  reference: PublicReference,
  out: PublicAssignment,
): void {
  // Read once for both tables.
  const number = ipv4Number(address);
  const { registry, second: other } = reference;
  const first = number < 0 ? registry.countryOf(address) : registry.countryOfV4(number);
  const second = other === null ? null : number < 0 ? other.countryOf(address) : other.countryOfV4(number);
  out.second = second;
  if (first !== null && second !== null && first !== second) out.flags |= PUBLIC_FLAGS.tablesDisagree;
  if (first === null && second === null) out.basis = UNASSIGNED_REASONS.unallocated;
  else if (front === FRONT.anycast) out.basis = UNASSIGNED_REASONS.anycast;
  else if (front === FRONT.sharedInfrastructure) out.basis = UNASSIGNED_REASONS["shared-infrastructure"];
  else {
    out.country = first ?? second;
    out.basis = BASES[first === null ? "second-allocation" : "address-allocation"].code;
  }
}

function assignName(host: string, reference: PublicReference, out: PublicAssignment): void {
  const government = reference.government.find(host);
  if (government !== null) {
    out.government = government;
    out.country = government.country;
    out.basis = BASES["government-suffix"].code;
    out.flags |= PUBLIC_FLAGS.government;
    return;
  }
  if (looksLikeGovernment(host, reference.government)) out.flags |= PUBLIC_FLAGS.governmentLookAlike;
  const country = reference.countryOfHost(host);
  if (country === null) {
    out.basis = UNASSIGNED_REASONS["no-country-in-name"];
    return;
  }
  out.country = country;
  out.basis = BASES["country-code-domain"].code;
  if (isUsedWorldwide(country)) out.flags |= PUBLIC_FLAGS.usedWorldwide;
}

/** Networks and accounts are rare in deliveries, so they may take the explained way. */
function assignSlowly(
  type: "ipv4-cidr" | "ipv6-cidr" | "iban",
  value: string,
  front: Front,
  reference: PublicReference,
  out: PublicAssignment,
): void {
  const { evidence, silence } = gatherPublicEvidence(type, value, null, reference);
  const decision = decideCountries(evidence, { front: frontName(front), silence });
  const [leading] = decision.roles;
  out.country = leading?.country ?? null;
  out.basis =
    leading === undefined ? reasonCode(decision.unassigned?.reason) : BASES[leading.decidedBy.basis].code;
  out.second = evidence.find(({ basis }) => basis === "second-allocation")?.country ?? null;
  if (leading !== undefined && leading.disagreement.length > 0) out.flags |= PUBLIC_FLAGS.tablesDisagree;
}

/** Name of a front as `decideCountries` takes it. */
export function frontName(front: Front): "shared-infrastructure" | "anycast" | null {
  if (front === FRONT.none) return null;
  return front === FRONT.anycast ? "anycast" : "shared-infrastructure";
}

function reasonCode(reason: keyof typeof UNASSIGNED_REASONS | undefined): number {
  return UNASSIGNED_REASONS[reason ?? "no-evidence"];
}

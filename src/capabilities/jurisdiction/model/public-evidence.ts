import { isCountry } from "#reference/countries/countries.ts";
import type { CountryOfHost } from "#reference/countries/country-zones.ts";
import type { GovernmentDomains } from "#reference/government-domains/government-domains.ts";
import type { AllocationTable } from "#reference/ip-allocations/allocation-table.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { type Evidence, evidenceOf, type UnassignedReason } from "./evidence.ts";
import { networkBounds } from "./network-bounds.ts";

/** The public tables of one run. */
export interface PublicReference {
  /** Allocations by the address registries: they decide. */
  readonly registry: AllocationTable;
  /** A second table made independently: it corroborates or disagrees, and decides where the registry is silent. */
  readonly second: AllocationTable | null;
  readonly government: GovernmentDomains;
  readonly countryOfHost: CountryOfHost;
}

/** Evidence from public tables alone, and why there is none. */
export interface PublicEvidence {
  readonly evidence: readonly Evidence[];
  readonly silence: UnassignedReason | null;
}

/**
 * What the public tables say about one observable in normal form. `host` is the host of a URL or the domain of an
 * e-mail address; for addresses and names it may be null. The same rules as `assignPublic`, with every reason.
 */
export function gatherPublicEvidence(
  type: ObservableType,
  value: string,
  host: string | null,
  reference: PublicReference,
): PublicEvidence {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return ofAddress(value, reference);
    case "ipv4-cidr":
    case "ipv6-cidr":
      return ofNetwork(value, reference);
    case "domain-name":
      return ofHost(host ?? value, reference);
    case "url":
    case "email-addr":
      return host === null ? silent("nothing-to-locate") : ofHost(host, reference);
    case "iban":
      return ofBank(value.slice(0, 2));
    default:
      return silent("nothing-to-locate");
  }
}

function ofHost(host: string, reference: PublicReference): PublicEvidence {
  return isAddress(host) ? ofAddress(bare(host), reference) : ofName(host, reference);
}

function ofAddress(address: string, { registry, second }: PublicReference): PublicEvidence {
  const evidence: Evidence[] = [];
  const first = registry.countryOf(address);
  if (first !== null) {
    const table = registry.answeredBy(address);
    evidence.push(evidenceOf("address-allocation", first, table.name, { asOf: table.asOf, text: address }));
  }
  const other = second?.countryOf(address) ?? null;
  if (second !== null && other !== null) {
    const table = second.answeredBy(address);
    evidence.push(evidenceOf("second-allocation", other, table.name, { asOf: table.asOf, text: address }));
  }
  return { evidence, silence: evidence.length === 0 ? "unallocated" : null };
}

function ofNetwork(network: string, { registry, second }: PublicReference): PublicEvidence {
  const bounds = networkBounds(network);
  if (bounds === null) return silent("nothing-to-locate");
  const [first, last] = bounds;
  const named = registry.countriesBetween(first, last).filter((country) => country !== "");
  const [country] = named;
  if (country === undefined) return silent("unallocated");
  if (named.length > 1) return silent("spans-countries");
  const table = registry.answeredBy(first);
  const evidence = [
    evidenceOf("address-allocation", country, table.name, { asOf: table.asOf, text: network }),
  ];
  for (const other of second?.countriesBetween(first, last) ?? []) {
    if (second === null || other === "") continue;
    const { name, asOf } = second.answeredBy(first);
    evidence.push(evidenceOf("second-allocation", other, name, { asOf, text: network }));
  }
  return { evidence, silence: null };
}

function ofName(host: string, { government, countryOfHost }: PublicReference): PublicEvidence {
  const evidence: Evidence[] = [];
  const portal = government.find(host);
  if (portal !== null) {
    evidence.push(
      evidenceOf("government-suffix", portal.country, portal.suffix, {
        text: portal.agency ?? portal.suffix,
      }),
    );
  }
  const country = countryOfHost(host);
  if (country !== null) {
    const label = host.slice(host.lastIndexOf(".") + 1);
    evidence.push(evidenceOf("country-code-domain", country, label, { text: host }));
  }
  return { evidence, silence: evidence.length === 0 ? "no-country-in-name" : null };
}

/** An IBAN begins with the country of the bank (ISO 13616). */
function ofBank(code: string): PublicEvidence {
  if (!isCountry(code)) return silent("no-evidence");
  return { evidence: [evidenceOf("bank", code, "iban", { text: code })], silence: null };
}

function silent(silence: UnassignedReason): PublicEvidence {
  return { evidence: [], silence };
}

/** Hosts in normal form: a name never ends in a digit and never holds a colon. */
export function isAddress(host: string): boolean {
  const last = host.charCodeAt(host.length - 1);
  return (last >= 48 && last <= 57 && endsInNumber(host)) || host.includes(":");
}

/** A name's last label may end in a digit only as an A-label (`xn--...`), which is not all digits. */
function endsInNumber(host: string): boolean {
  for (let at = host.length - 1; at >= 0; at--) {
    const code = host.charCodeAt(at);
    if (code === 46) return true;
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** URLs write IPv6 hosts in brackets. */
export function bare(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

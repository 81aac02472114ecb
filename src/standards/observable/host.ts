import { getDomain, getPublicSuffix, parse } from "tldts";

/** Private suffixes count: two customers of a free host under one provider's name are two owners. */
const OPTIONS = { allowPrivateDomains: true, extractHostname: false, validateHostname: false } as const;

/**
 * The name under which a host was registered, by the Public Suffix List with its private part (`shop.a.example.co.uk` gives
 * `example.co.uk`). Null for an address, a bare public suffix and a single label. `host` is in normal form.
 */
export function registrableDomain(host: string): string | null {
  return getDomain(host, OPTIONS);
}

/** The public suffix of a host name (`co.uk`), the last label when no rule knows it; null for an address. */
export function publicSuffix(host: string): string | null {
  return getPublicSuffix(host, OPTIONS);
}

/**
 * True when the last label is a top-level domain of the list, or one reserved for tests and documentation (RFC 2606). Free
 * text needs this to tell a host from a file name: `report.docx` has the shape of a host name.
 */
export function hasKnownSuffix(host: string): boolean {
  const { isIcann, isPrivate } = parse(host, OPTIONS);
  return isIcann === true || isPrivate === true || RESERVED_TOP.has(host.slice(host.lastIndexOf(".") + 1));
}

const RESERVED_TOP = new Set(["example", "test", "invalid"]);

/**
 * The country whose code is the last label of a host name, as ISO 3166-1 alpha-2, or null. A hint, not a finding: many of these
 * names are sold to the whole world (`.co`, `.ai`, `.tk`, `.me`).
 */
export function countryCodeOf(host: string): string | null {
  const top = host.slice(host.lastIndexOf(".") + 1);
  return COUNTRY_OF_INTERNATIONAL_TOP[top] ?? (/^[a-z]{2}$/.test(top) ? countryOfLetters(top) : null);
}

function countryOfLetters(top: string): string | null {
  if (STATELESS.has(top)) return null;
  return COUNTRY_OF_OTHER_LETTERS[top] ?? top.toUpperCase();
}

/** `.eu` is a union; `.su` outlived its state. */
const STATELESS = new Set(["eu", "su"]);

/** Codes that are not ISO 3166-1: the United Kingdom's, and Ascension, which is part of Saint Helena's entry (SH). */
const COUNTRY_OF_OTHER_LETTERS: Readonly<Record<string, string>> = { uk: "GB", ac: "SH" };

/** Country-code domains in other scripts, as A-labels (IANA root zone). */
const COUNTRY_OF_INTERNATIONAL_TOP: Readonly<Record<string, string>> = {
  "xn--fiqs8s": "CN",
  "xn--fiqz9s": "CN",
  "xn--p1ai": "RU",
  "xn--j6w193g": "HK",
  "xn--kprw13d": "TW",
  "xn--kpry57d": "TW",
  "xn--yfro4i67o": "SG",
  "xn--clchc0ea0b2g2a9gcd": "SG",
  "xn--o3cw4h": "TH",
  "xn--mgbx4cd0ab": "MY",
  "xn--3e0b707e": "KR",
  "xn--j1amh": "UA",
  "xn--90ais": "BY",
  "xn--90a3ac": "RS",
  "xn--d1alf": "MK",
  "xn--qxam": "GR",
  "xn--90ae": "BG",
  "xn--80ao21a": "KZ",
  "xn--l1acc": "MN",
  "xn--node": "GE",
  "xn--y9a3aq": "AM",
  "xn--wgbh1c": "EG",
  "xn--mgberp4a5d4ar": "SA",
  "xn--mgbaam7a8h": "AE",
  "xn--wgbl6a": "QA",
  "xn--mgbayh7gpa": "JO",
  "xn--mgbtx2b": "IQ",
  "xn--ogbpf8fl": "SY",
  "xn--ygbi2ammx": "PS",
  "xn--mgb9awbf": "OM",
  "xn--mgb2ddes": "YE",
  "xn--mgba3a4f16a": "IR",
  "xn--mgbai9azgqp6j": "PK",
  "xn--lgbbat1ad8j": "DZ",
  "xn--mgbc0a9azcg": "MA",
  "xn--pgbs0dh": "TN",
  "xn--mgbpl2fh": "SD",
  "xn--mgbah1a3hjkrd": "MR",
  "xn--54b7fta0cc": "BD",
  "xn--fzc2c9e2c": "LK",
  "xn--xkc2al3hye2a": "LK",
  "xn--h2brj9c": "IN",
  "xn--q7ce6a": "LA",
};

/** The site a host belongs to for counting (C-4): `www.` and the bare name are one site. `host` is in normal form. */
export function siteOf(host: string): string {
  // `www.example` alone would leave a top-level domain.
  return host.startsWith("www.") && host.includes(".", 4) ? host.slice(4) : host;
}

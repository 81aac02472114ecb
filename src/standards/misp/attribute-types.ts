import type { Observable, ObservableType } from "../observable/types.ts";
import { THREAT_ROLES, type ThreatRole } from "../threat-role.ts";

/** Category and type of a MISP attribute. */
export interface AttributeKind {
  readonly category: string;
  readonly type: string;
}

/**
 * Types that the MISP core format allows in the categories we write (draft 20, section 2.3.2.3). Only those we use or
 * could use: a closed list, so that a slip of the table below is found by its own test.
 */
export const ALLOWED_TYPES: Readonly<Record<string, readonly string[]>> = {
  "Network activity": [
    "ip-src",
    "ip-dst",
    "hostname",
    "domain",
    "url",
    "AS",
    "email",
    "email-src",
    "email-dst",
    "text",
  ],
  "Payload delivery": ["md5", "sha1", "sha256", "sha512", "email", "email-src", "email-dst", "url", "text"],
  "Financial fraud": [
    "btc",
    "dash",
    "xmr",
    "iban",
    "bic",
    "bank-account-nr",
    "phone-number",
    "text",
    "other",
  ],
  "Social network": ["email", "email-src", "email-dst", "text", "other"],
  Other: ["comment", "text", "other", "phone-number"],
};

const KINDS: Readonly<Record<Exclude<ObservableType, AddressType>, AttributeKind>> = {
  "domain-name": { category: "Network activity", type: "domain" },
  url: { category: "Network activity", type: "url" },
  "email-addr": { category: "Payload delivery", type: "email-src" },
  "file-md5": { category: "Payload delivery", type: "md5" },
  "file-sha1": { category: "Payload delivery", type: "sha1" },
  "file-sha256": { category: "Payload delivery", type: "sha256" },
  "file-sha512": { category: "Payload delivery", type: "sha512" },
  "phone-number": { category: "Financial fraud", type: "phone-number" },
  iban: { category: "Financial fraud", type: "iban" },
  "bank-account": { category: "Financial fraud", type: "bank-account-nr" },
  "crypto-wallet": { category: "Financial fraud", type: "other" },
  "user-account": { category: "Social network", type: "text" },
  "autonomous-system": { category: "Network activity", type: "AS" },
};

type AddressType = "ipv4-addr" | "ipv6-addr" | "ipv4-cidr" | "ipv6-cidr";

/** Roles in which the address is where traffic comes from; in all others it is where victims connect to. */
const FROM_ADDRESS: ReadonlySet<ThreatRole> = new Set(["attacker", "spam", "victim", "vulnerable"]);

/** How an observable in a role is written as a MISP attribute. */
export function attributeKind({ type, value }: Observable, role: ThreatRole): AttributeKind {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
    case "ipv4-cidr":
    case "ipv6-cidr":
      return { category: "Network activity", type: FROM_ADDRESS.has(role) ? "ip-src" : "ip-dst" };
    case "crypto-wallet":
      return { category: "Financial fraud", type: walletType(value) };
    default:
      return KINDS[type];
  }
}

/** MISP has types for three currencies; a wallet of any other is `other`. */
function walletType(value: string): string {
  if (/^(bc1[0-9a-z]{6,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34})$/.test(value)) return "btc";
  if (/^X[1-9A-HJ-NP-Za-km-z]{33}$/.test(value)) return "dash";
  if (/^[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}$/.test(value)) return "xmr";
  return "other";
}

/**
 * Whether machines may act on the attribute by themselves. Never for victims: a receiver's firewall would cut off
 * those who need help. Accounts and phones are for people, not for detection systems.
 */
export function isActionable(type: ObservableType, role: ThreatRole): boolean {
  if (THREAT_ROLES[role].duty === "notify") return false;
  return !["phone-number", "iban", "bank-account", "user-account", "autonomous-system"].includes(type);
}

import type { ObservableType } from "#standards/observable/types.ts";

/**
 * What kind of observable a property of a STIX object holds (`ipv4-addr:value`, `file:hashes.SHA-256`): its type,
 * `"by-shape"` where STIX leaves it open (`network-traffic:dst_ref.value` may be an address or a name), or `null` for
 * properties that hold no observable which Muster fuses. Types of other producers that occur in practice are known too.
 */
export function propertyMeaning(property: string): ObservableType | "by-shape" | null {
  const known = PROPERTIES.get(property);
  if (known !== undefined) return known;
  const hash = FILE_HASH.exec(property)?.[1];
  if (hash !== undefined) return hashType(hash);
  if (MAIL_ADDRESS.test(property)) return "email-addr";
  if (TRAFFIC_END.test(property)) return "by-shape";
  return null;
}

/** The observable type of a hash algorithm however its name is written, `null` for those that are not fused. */
export function hashType(algorithm: string): ObservableType | null {
  return HASHES.get(algorithm.toUpperCase().replace(/[^A-Z0-9]/g, "")) ?? null;
}

const PROPERTIES: ReadonlyMap<string, ObservableType | "by-shape"> = new Map([
  ["ipv4-addr:value", "ipv4-addr"],
  ["ipv6-addr:value", "ipv6-addr"],
  ["domain-name:value", "domain-name"],
  ["hostname:value", "domain-name"],
  ["x-opencti-hostname:value", "domain-name"],
  ["domain-name:resolves_to_refs.value", "by-shape"],
  ["url:value", "url"],
  ["artifact:url", "url"],
  ["email-addr:value", "email-addr"],
  ["autonomous-system:number", "autonomous-system"],
  ["user-account:account_login", "user-account"],
  ["user-account:user_id", "user-account"],
  ["phone-number:value", "phone-number"],
  ["cryptocurrency-wallet:value", "crypto-wallet"],
  ["bank-account:iban", "iban"],
  ["bank-account:account_number", "bank-account"],
  ["network-traffic:extensions.http-request-ext.request_header.Host", "domain-name"],
]);

// A certificate's hash is left out: it names a key, not a file.
const FILE_HASH = /^(?:file|artifact|email-message|process|archive-ext)\b.*[:.]hashes\.([^.]+)$/;
const MAIL_ADDRESS = /^email-message:(?:from_ref|sender_ref|to_refs|cc_refs|bcc_refs)\.value$/;
const TRAFFIC_END = /^network-traffic:(?:src_ref|dst_ref)\.value$/;

const HASHES: ReadonlyMap<string, ObservableType> = new Map([
  ["MD5", "file-md5"],
  ["SHA1", "file-sha1"],
  ["SHA256", "file-sha256"],
  ["SHA512", "file-sha512"],
]);

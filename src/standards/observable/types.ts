/**
 * The observables Muster fuses. Names follow the STIX 2.1 cyber-observable types where one exists;
 * a file is named by the hash it is known by, because two algorithms are two observables until a source
 * says that they are the same file. `*-cidr`, accounts and phones have no STIX type of their own.
 */
export const OBSERVABLE_TYPES = [
  "ipv4-addr",
  "ipv6-addr",
  "ipv4-cidr",
  "ipv6-cidr",
  "domain-name",
  "url",
  "email-addr",
  "file-md5",
  "file-sha1",
  "file-sha256",
  "file-sha512",
  "phone-number",
  "iban",
  "bank-account",
  "crypto-wallet",
  "user-account",
  "autonomous-system",
] as const;

export type ObservableType = (typeof OBSERVABLE_TYPES)[number];

/** An observable in its normal form: equal things have equal `type` and `value`, byte for byte. */
export interface Observable {
  readonly type: ObservableType;
  readonly value: string;
}

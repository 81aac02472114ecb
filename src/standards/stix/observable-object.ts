import { canonicalJson } from "../canonical-json.ts";
import type { Observable } from "../observable/types.ts";
import { uuid5 } from "../uuid.ts";
import type { StixObject } from "./object.ts";
import { conformingUri } from "./uri.ts";
import type { ObservableObjectType } from "./vocabulary.ts";

/** Namespace of deterministic ids of cyber-observables (STIX 2.1 section 2.9). */
const SCO_NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7";

const HASH_NAMES = {
  "file-md5": "MD5",
  "file-sha1": "SHA-1",
  "file-sha256": "SHA-256",
  "file-sha512": "SHA-512",
} as const;

/** What identifies an observable in STIX: its type and the properties its id is computed from. */
export interface ObservableForm {
  readonly type: ObservableObjectType;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * The STIX form of an observable. Networks are addresses in CIDR notation, as the standard says. Accounts, phone
 * numbers and wallets have no type of their own; they are written as `user-account` with `user_id`, the only standard
 * type that names an account at a service, and the indicator's label says which kind it is.
 */
export function observableForm({ type, value }: Observable): ObservableForm {
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
    case "domain-name":
    case "email-addr":
      return { type, properties: { value } };
    case "url":
      return { type, properties: { value: conformingUri(value) } };
    case "ipv4-cidr":
      return { type: "ipv4-addr", properties: { value } };
    case "ipv6-cidr":
      return { type: "ipv6-addr", properties: { value } };
    case "file-md5":
    case "file-sha1":
    case "file-sha256":
    case "file-sha512":
      return { type: "file", properties: { hashes: { [HASH_NAMES[type]]: value } } };
    case "autonomous-system":
      return { type, properties: { number: Number(value.replace(/^AS/i, "")) } };
    case "phone-number":
    case "iban":
    case "bank-account":
    case "crypto-wallet":
    case "user-account":
      return { type: "user-account", properties: { user_id: value } };
  }
}

/** The observable as a STIX object with its deterministic id (UUIDv5 of the identifying properties in canonical JSON). */
export function observableObject(observable: Observable, objectMarkingRefs: readonly string[]): StixObject {
  const { type, properties } = observableForm(observable);
  return {
    type,
    spec_version: "2.1",
    id: observableObjectId({ type, properties }),
    object_marking_refs: objectMarkingRefs,
    ...properties,
  };
}

export function observableObjectId({ type, properties }: ObservableForm): string {
  return `${type}--${uuid5(SCO_NAMESPACE, canonicalJson(properties))}`;
}

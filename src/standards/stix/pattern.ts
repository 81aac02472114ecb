import type { Observable } from "../observable/types.ts";
import { observableForm } from "./observable-object.ts";

/**
 * The STIX pattern that finds one observable: `[domain-name:value = 'mail.example']`. A network matches the addresses
 * inside it. Quotes and backslashes of the value are escaped, so that no value can end its literal.
 */
export function observablePattern(observable: Observable): string {
  const { type, properties } = observableForm(observable);
  if (observable.type === "ipv4-cidr" || observable.type === "ipv6-cidr") {
    return `[${type}:value ISSUBSET ${stringLiteral(observable.value)}]`;
  }
  const tests = Object.entries(properties).flatMap(([name, value]) => comparisons(name, value));
  return `[${tests.map((test) => `${type}:${test}`).join(" AND ")}]`;
}

function comparisons(path: string, value: unknown): string[] {
  if (typeof value === "number") return [`${path} = ${value}`];
  if (typeof value === "string") return [`${path} = ${stringLiteral(value)}`];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => comparisons(`${path}.${pathStep(key)}`, inner));
  }
  throw new TypeError(`a STIX pattern cannot compare ${typeof value}`);
}

/** A step with a hyphen or another special sign has to be quoted: `hashes.'SHA-256'`. */
function pathStep(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : stringLiteral(key);
}

/** STIX string literal (section 9.4): backslash and quote are escaped by a backslash, everything else stands as it is. */
export function stringLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

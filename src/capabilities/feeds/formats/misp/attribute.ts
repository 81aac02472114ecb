import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

/** One observable of an attribute, as written. */
export interface AttributeValue {
  readonly value: string;
  readonly type: ObservableType | undefined;
  readonly port: number | undefined;
}

/** What a MISP attribute type holds, part by part where it is composite (`ip-dst|port`). */
type Part = ObservableType | "address" | "port" | "by-shape" | "ignored";

/**
 * The observables of an attribute. `context` when attributes of this type describe and are no indicators (a comment,
 * a link to a report); `unsupported` when they are indicators that Muster does not fuse (a registry key, a file name).
 */
export function attributeValues(
  type: string,
  value: string,
): readonly AttributeValue[] | "context" | "unsupported" {
  if (CONTEXT.test(type)) return "context";
  const parts = PARTS.get(type) ?? (type.startsWith("filename|") ? hashParts(type) : undefined);
  if (parts === undefined) return "unsupported";
  const texts = parts.length === 1 ? [value] : splitComposite(value, parts.length);
  const port = portOf(texts[parts.indexOf("port")]);
  return parts.flatMap((part, index) => {
    const text = texts[index]?.trim() ?? "";
    if (part === "port" || part === "ignored" || text === "") return [];
    return [{ value: written(text, type), type: observableType(part, text), port }];
  });
}

/** The role that the type itself gives: who was written to or aimed at is a victim, who connected is an attacker. */
export function roleOfAttributeType(type: string): ThreatRole | undefined {
  if (type === "email-dst" || type.startsWith("target-")) return "victim";
  return type === "ip-src" || type === "ip-src|port" ? "attacker" : undefined;
}

function hashParts(type: string): readonly Part[] | undefined {
  const hash = PARTS.get(type.slice("filename|".length))?.[0];
  return hash?.startsWith("file-") === true ? ["ignored", hash] : undefined;
}

const PARTS: ReadonlyMap<string, readonly Part[]> = new Map<string, readonly Part[]>([
  ["ip-src", ["address"]],
  ["ip-dst", ["address"]],
  ["ip-src|port", ["address", "port"]],
  ["ip-dst|port", ["address", "port"]],
  ["domain", ["domain-name"]],
  ["hostname", ["domain-name"]],
  ["hostname|port", ["domain-name", "port"]],
  ["domain|ip", ["domain-name", "address"]],
  ["url", ["url"]],
  ["uri", ["url"]],
  ["email", ["email-addr"]],
  ["email-src", ["email-addr"]],
  ["email-dst", ["email-addr"]],
  ["email-reply-to", ["email-addr"]],
  ["target-email", ["email-addr"]],
  ["md5", ["file-md5"]],
  ["sha1", ["file-sha1"]],
  ["sha256", ["file-sha256"]],
  ["sha512", ["file-sha512"]],
  ["malware-sample", ["ignored", "file-md5"]],
  ["phone-number", ["phone-number"]],
  ["iban", ["iban"]],
  ["bank-account-nr", ["bank-account"]],
  ["btc", ["crypto-wallet"]],
  ["xmr", ["crypto-wallet"]],
  ["dash", ["crypto-wallet"]],
  ["AS", ["autonomous-system"]],
  ["github-username", ["user-account"]],
  ["twitter-id", ["user-account"]],
  ["jabber-id", ["user-account"]],
]);

/** Types that describe the event or another attribute. A vulnerability or a mutex is not among them: it is an indicator. */
const CONTEXT =
  /^(?:comment|text|link|other|datetime|date-.*|attachment|size-in-bytes|counter|boolean|float|integer|hex|port|campaign-.*|threat-actor|target-(?:org|location|external|user|machine)|github-(?:organisation|repository)|named pipe|mime-type|file-.*|first-name|last-name|full-name|nationality|gender|place-.*|country-of-residence|whois-creation-date|internal reference|anonymised|cortex|dns-soa-email|email-(?:subject|body|header|message-id|mime-boundary|x-mailer|thread-index|attachment|src-display-name|dst-display-name))$/;

/** MISP separates the parts with `|`; a file name may hold one itself, so the last part is what follows the last bar. */
function splitComposite(value: string, count: number): readonly string[] {
  const bar = value.lastIndexOf("|");
  if (bar === -1) return count === 2 && HASH_ONLY.test(value) ? ["", value] : [value];
  return [value.slice(0, bar), value.slice(bar + 1)];
}

const HASH_ONLY = /^[0-9a-f]{32,128}$/i;

function observableType(part: Part, text: string): ObservableType | undefined {
  if (part === "address") return text.includes(":") ? "ipv6-addr" : "ipv4-addr";
  // Producers put host names and addresses into `url`; without a scheme the shape decides.
  if (part === "url" && !text.includes("://")) return undefined;
  return part === "port" || part === "ignored" || part === "by-shape" ? undefined : part;
}

/** A handle names nobody without its service. */
function written(text: string, type: string): string {
  const service = SERVICES.get(type);
  return service === undefined || text.includes(":") ? text : `${service}:${text}`;
}

const SERVICES: ReadonlyMap<string, string> = new Map([
  ["github-username", "github"],
  ["twitter-id", "twitter"],
  ["jabber-id", "jabber"],
]);

function portOf(text: string | undefined): number | undefined {
  const port = Number(text?.trim() || Number.NaN);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

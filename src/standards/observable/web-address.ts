import { formatIpv4, isPlainIpv4, parseAddress } from "./address.ts";
import { normaliseHostName } from "./host-name.ts";
import { type NormalForm, normalForm, type Refusal, refuse } from "./normal-form.ts";

/**
 * The schemes in which a backslash is a slash and a missing slash is forgiven, with their default ports (WHATWG URL,
 * "special").
 */
const SPECIAL_PORTS = new Map([
  ["http", 80],
  ["https", 443],
  ["ftp", 21],
  ["ws", 80],
  ["wss", 443],
]);

const LONGEST_URL = 4096;

/**
 * The normal form of an absolute URL: scheme and host lower case, host as A-labels or a plain address, default port dropped,
 * empty path `/`. User information, path, query and fragment stay byte for byte: `new URL()` re-encodes them and would make
 * two different addresses equal or lose the spelling that finds the page. Numeric hosts (`http://3221225985/`) become the
 * dotted address; where octal makes them ambiguous they are refused.
 */
export function normaliseUrl(text: string): NormalForm | Refusal {
  if (text.length > LONGEST_URL) {
    return refuse(`The address is longer than ${LONGEST_URL} characters.`, "too-long");
  }
  const colon = text.indexOf(":");
  const scheme = text.slice(0, colon).toLowerCase();
  const isSpecial = SPECIAL_PORTS.has(scheme);
  const slashes = (isSpecial ? /^[/\\]+/ : /^\/\//).exec(text.slice(colon + 1))?.[0].length ?? 0;
  if (slashes === 0 || scheme === "file") {
    return refuse(
      `An address with the scheme "${scheme}" and without a host cannot be assigned.`,
      "unsupported",
    );
  }
  const rest = text.slice(colon + 1 + slashes);
  const found = rest.search(isSpecial ? /[/?#\\]/ : /[/?#]/);
  const authorityEnd = found === -1 ? rest.length : found;
  const authority = rest.slice(0, authorityEnd);
  const at = authority.lastIndexOf("@") + 1;
  const site = splitPort(authority.slice(at));
  const port = readPort(site.port);
  if (port === "bad") return refuse(badPort(site.port ?? ""));
  const host = normaliseUrlHost(site.host);
  if (!host.ok) return refuse(host.reason);
  const kept = port === SPECIAL_PORTS.get(scheme) ? null : port;
  const shownHost = host.value.includes(":") ? `[${host.value}]` : host.value;
  const user = authority.slice(0, at);
  const value = `${scheme}://${user}${shownHost}${kept === null ? "" : `:${kept}`}${pathOf(rest.slice(authorityEnd))}`;
  return normalForm("url", value, host.value, kept);
}

/** Splits `host:port`, `[v6]:port`. `port` is undefined without a colon; "" when nothing stands behind it. */
export function splitPort(text: string): { host: string; port: string | undefined } {
  const bracket = text.startsWith("[") ? text.indexOf("]") : -1;
  const colon = text.indexOf(":", bracket + 1);
  if (colon === -1) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

/** A port from 1 to 65535; null when none is given. */
export function readPort(text: string | undefined): number | null | "bad" {
  if (text === undefined || text === "") return null;
  if (!/^\d{1,7}$/.test(text)) return "bad";
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : "bad";
}

export function badPort(text: string): string {
  return `The port ${JSON.stringify(text.slice(0, 20))} is not a number from 1 to 65535.`;
}

function pathOf(tail: string): string {
  if (tail.startsWith("/")) return tail;
  return tail.startsWith("\\") ? `/${tail.slice(1)}` : `/${tail}`;
}

function normaliseUrlHost(host: string): ReturnType<typeof normaliseHostName> {
  if (host === "") return { ok: false, reason: "The address has no host." };
  if (host.startsWith("[")) {
    const address = host.endsWith("]") ? parseAddress(host.slice(1, -1)) : null;
    if (address === null)
      return { ok: false, reason: "What stands in square brackets is not an IPv6 address." };
    return { ok: true, value: address.value };
  }
  // Full-width digits are digits once folded.
  const bare = host.normalize("NFKC").replace(/\.$/, "");
  const value = isPlainIpv4(bare) ? bare : numericIpv4(bare);
  return value === null ? normaliseHostName(host) : { ok: true, value };
}

/**
 * One number for the whole address, or four of which some are hexadecimal. Leading zeros mean octal to some programs: null,
 * hence refused.
 */
function numericIpv4(host: string): string | null {
  const parts = host.toLowerCase().split(".");
  const isNumeric = parts.every((part) => /^(?:0x[0-9a-f]{1,8}|0|[1-9]\d{0,9})$/.test(part));
  if (!isNumeric || (parts.length !== 1 && parts.length !== 4)) return null;
  const numbers = parts.map(Number);
  const most = parts.length === 1 ? 0xffffffff : 255;
  if (numbers.some((number) => number > most)) return null;
  return formatIpv4(numbers.reduce((sum, number) => sum * 256 + number, 0) >>> 0);
}

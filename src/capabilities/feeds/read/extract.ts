import { isIPv6 } from "node:net";
import { parse } from "tldts";
import { parseIban } from "#standards/observable/account.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { normaliseWallet } from "#standards/observable/wallet.ts";
import { type PlainText, plainText } from "./plain-text.ts";

/** One thing in running text that has the shape of an observable. Whether the text means it as an indicator is another question. */
export interface Extracted {
  /** As written, defanging marks included; without the port. */
  readonly value: string;
  readonly type: ObservableType;
  /** UTF-16 offsets in the text that was searched; `end` is behind the value. */
  readonly start: number;
  readonly end: number;
  readonly port?: number;
  /** The author made it harmless: the surest sign that it is meant as an indicator. */
  readonly defanged: boolean;
  /** A URL whose host is an address. */
  readonly onAddress?: boolean;
}

/**
 * Finds IPv4, IPv6, networks, host names, URLs (also without scheme), e-mail addresses, MD5, SHA-1, SHA-256, SHA-512, wallets and IBANs in running
 * text, plain or defanged in any of the usual styles, in order of appearance and without overlap.
 *
 * Host names need a top-level domain of the public suffix list, one reserved for examples, or one of an overlay network (`onion`, `i2p`, `bit`);
 * a defanged name may have any. Wallets and IBANs need a right checksum. Four numbers behind "version" and its like are no address.
 * Time grows linearly with the length of the text, whatever it holds: each character is looked at a bounded number of times.
 */
export function extractObservables(text: string): Extracted[] {
  const plain = plainText(text);
  const scanner = { plain, text: plain.text, original: text, found: [] as Extracted[] };
  let at = 0;
  while (at < scanner.text.length) at = Math.max(scanAt(scanner, at), at + 1);
  return scanner.found;
}

interface Scanner {
  readonly plain: PlainText;
  readonly text: string;
  readonly original: string;
  readonly found: Extracted[];
}

/** Looks at what begins at `at`; answers where to go on. */
function scanAt(scanner: Scanner, at: number): number {
  const char = scanner.text.charAt(at);
  if (char === "[") return scanIpv6(scanner, at + 1) || at + 1;
  if (char === "@") return scanEmail(scanner, at);
  if (labelKind(scanner.text.charCodeAt(at)) === NO_LABEL && char !== ":") return at + 1;
  return (
    scanUrl(scanner, at) ||
    scanIpv6(scanner, at) ||
    scanIban(scanner, at) ||
    (char === ":" ? at + 1 : scanRun(scanner, at))
  );
}

/* ---- characters ---- */

const NO_LABEL = 0;
const SPACED_SCRIPT = 1;
const DENSE_SCRIPT = 2;
const ANY_SCRIPT = 3;

/**
 * Whether a character can stand in a host label, and in what kind of script. Chinese, Japanese, Thai, Khmer and Arabic run on without blanks or glue
 * particles to a name, so a change from or to them ends a name. Latin, Cyrillic and Greek do not part from each other: a look-alike letter
 * inside a name must not cut it into a different one.
 */
function labelKind(code: number): number {
  if (code < 128) {
    if ((code >= 48 && code <= 57) || code === 45 || code === 95) return ANY_SCRIPT;
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) ? SPACED_SCRIPT : NO_LABEL;
  }
  if (code < 0xc0 || !/[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(code))) return NO_LABEL;
  return code < 0x590 || (code >= 0x1e00 && code < 0x2000) ? SPACED_SCRIPT : DENSE_SCRIPT;
}

function isLabel(text: string, at: number): boolean {
  return at >= 0 && at < text.length && labelKind(text.charCodeAt(at)) !== NO_LABEL;
}

/** End of the longest row of labels and dots that begins at `from`, in one kind of script per label. */
function runEnd(text: string, from: number): number {
  let kind = ANY_SCRIPT;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (text.charCodeAt(at + 1) === DOT) return at;
      kind = ANY_SCRIPT;
      continue;
    }
    const next = labelKind(code);
    if (next === NO_LABEL || (kind !== ANY_SCRIPT && next !== ANY_SCRIPT && next !== kind)) return at;
    if (next !== ANY_SCRIPT) kind = next;
  }
  return at;
}

const DOT = 46;

/* ---- URLs ---- */

const SCHEME = /(?:(h(?:xx|\*\*|x\*|\*x|tx|xt|__)ps?|meows?|f[x*]ps?)|https?|ftps?|tcp|udp|wss?):\/\//iy;

function scanUrl(scanner: Scanner, at: number): number {
  const { text, plain } = scanner;
  if (!/[hmftuw]/i.test(text.charAt(at)) || isLabel(text, at - 1)) return 0;
  SCHEME.lastIndex = at;
  const scheme = SCHEME.exec(text);
  if (scheme === null) return 0;
  const hostStart = at + scheme[0].length;
  // The host first: an address without one must not cost a look at everything behind it.
  const authority = text.slice(hostStart, authorityEnd(text, hostStart));
  const disguised = scheme[1] !== undefined;
  const host = hostKind(authority, disguised || plain.marksIn(at, hostStart + authority.length) > 0);
  if (host === null) return hostStart;
  const end = urlEnd(scanner, at, hostStart);
  const defanged = disguised || plain.marksIn(at, end) > 0;
  push(scanner, "url", at, end, { defanged, onAddress: host === "address" });
  return end;
}

const LONGEST_AUTHORITY = 400;

function authorityEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_AUTHORITY);
  // A bracket opens an IPv6 host or, behind a host, the text of an AsciiDoc link.
  let at = from;
  if (text.charAt(from) === "[") while (at < limit && text.charAt(at) !== "]") at++;
  while (at < limit && !/[/?#[]/.test(text.charAt(at)) && !URL_STOP.test(text.charAt(at))) at++;
  return at;
}

/** What no address holds in running text: blanks, quotes, table bars, brackets, and the punctuation of other scripts. */
const URL_STOP =
  /[\s\u0000-\u001F\u007F"<>`|\\^\u00A0\u00AB\u00BB\u2018-\u201F\u2026\u2022\u2039\u203A\u3000-\u3002\u300C-\u300F\uFF08\uFF09\uFF0C\uFF1B\u060C\u061B]/;
const LONGEST_URL = 8192;

function urlEnd(scanner: Scanner, start: number, from: number): number {
  const { text } = scanner;
  const opener = text.charAt(start - 1);
  const open = { round: 0, curly: 0 };
  const limit = Math.min(text.length, start + LONGEST_URL);
  let at = from;
  if (text.charAt(from) === "[") at = Math.max(from, Math.min(text.indexOf("]", from) + 1, from + 48));
  for (; at < limit; at++) {
    const char = text.charAt(at);
    if (URL_STOP.test(char) || char === "[" || char === "]") break;
    if (char === "'" && opener === "'") break;
    if (char === "(") open.round++;
    if (char === "{") open.curly++;
    if (char === ")" && open.round-- === 0) break;
    if (char === "}" && open.curly-- === 0) break;
    if ((char === "," || char === ";") && startsUrl(text, at + 1)) break;
  }
  return trimUrlEnd(scanner, start, at);
}

function startsUrl(text: string, at: number): boolean {
  SCHEME.lastIndex = at;
  return SCHEME.test(text);
}

function trimUrlEnd(scanner: Scanner, start: number, end: number): number {
  const { text } = scanner;
  // A question mark ends a sentence when there is a sentence; alone on its line it opens an empty query.
  const ends = /\p{L}/u.test(text.slice(Math.max(0, start - 40), start)) ? ".,;:!'*?" : ".,;:!'*";
  let at = end;
  while (at > start && ends.includes(text.charAt(at - 1))) at--;
  if (text.charAt(start - 1) === "_" && text.charAt(at - 1) === "_") at--;
  return at;
}

/* ---- addresses and names ---- */

function scanIpv6(scanner: Scanner, at: number): number {
  const { text, plain } = scanner;
  if (isLabel(text, at - 1) || text.charAt(at - 1) === ":" || text.charAt(at - 1) === ".") return 0;
  let end = at;
  let colons = 0;
  for (; end < text.length && end - at <= LONGEST_IPV6; end++) {
    const char = text.charAt(end);
    if (char === ":") colons++;
    else if (!/[0-9a-f.]/i.test(char)) break;
  }
  if (colons < 2 || isLabel(text, end)) return 0;
  while (
    end > at &&
    (text.charAt(end - 1) === "." || (text.charAt(end - 1) === ":" && text.charAt(end - 2) !== ":"))
  )
    end--;
  const address = text.slice(at, end);
  // `a::b` is more often code than an address.
  if (!isIPv6(address) || address.split(":").filter((group) => group !== "").length < 3) return 0;
  const defanged = plain.marksIn(at, end) > 0;
  const network = /^\/(\d{1,3})(?![\w./])/.exec(text.slice(end, end + 5));
  if (network !== null && Number(network[1]) < 128) {
    push(scanner, "ipv6-cidr", at, end + network[0].length, { defanged });
    return end + network[0].length;
  }
  const port = text.charAt(at - 1) === "[" && text.charAt(end) === "]" ? portAt(text, end + 1) : null;
  push(scanner, "ipv6-addr", at, end, { defanged, port });
  return port === null ? end : port.end;
}

const LONGEST_IPV6 = 46;

/** A row of labels: an address, a network, a host name, a URL without scheme, a hash or a wallet. */
function scanRun(scanner: Scanner, at: number): number {
  const { text } = scanner;
  const end = runEnd(text, at);
  if (end === at) return at + 1;
  // Behind these a run is the rest of something longer; e-mail addresses are read from their @.
  if (/[/\\%~]/.test(text.charAt(at - 1)) || text.charAt(end) === "@") return end;
  const [from, to] = trimRun(text, at, end);
  if (from >= to) return end;
  const run = text.slice(from, to);
  if (!run.includes(".")) {
    scanToken(scanner, from, to, run);
    return end;
  }
  if (/^[\d.-]+$/.test(run)) return scanNumbers(scanner, from, to) || end;
  return scanName(scanner, from, to) || end;
}

function trimRun(text: string, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  while (from < to && (text.charAt(from) === "." || text.charAt(from) === "-")) from++;
  while (to > from && /[._-]/.test(text.charAt(to - 1))) to--;
  if (to < end && text.charAt(from) === "_") while (from < to && text.charAt(from) === "_") from++;
  return [from, to];
}

const HASHES = new Map<number, ObservableType>([
  [32, "file-md5"],
  [40, "file-sha1"],
  [64, "file-sha256"],
  [128, "file-sha512"],
]);

function scanToken(scanner: Scanner, from: number, to: number, token: string): void {
  if (token.length < 26 || token.length > 128) return;
  const hash = HASHES.get(token.length);
  if (hash !== undefined && /^[0-9a-f]+$/i.test(token)) {
    // `PHPSESSID=…` is no file; `md5=…` is one.
    const before = scanner.text.slice(Math.max(0, from - 12), from);
    if (before.endsWith("=") && !/(?:md5|sha-?\d+|hash|file|sum)=$/i.test(before)) return;
    push(scanner, hash, from, to, { defanged: false });
  } else if (/^[0-9a-z]+$/i.test(token) && normaliseWallet(token) !== null) {
    push(scanner, "crypto-wallet", from, to, { defanged: false });
  }
}

/** Digits, dots and hyphens: an address, two ends of a range, a date, a version. */
function scanNumbers(scanner: Scanner, from: number, to: number): number {
  const { text } = scanner;
  let at = from;
  let last = 0;
  for (const piece of text.slice(from, to).split("-")) {
    if (isIpv4(piece)) last = pushIpv4(scanner, at, at + piece.length);
    at += piece.length + 1;
  }
  return last;
}

function isIpv4(text: string): boolean {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return false;
  return text.split(".").every((part) => Number(part) <= 255);
}

const VERSION_BEFORE =
  /(?:\bversions?|\bver\.?|\bv\.?|\bbuild|\brelease|\bfirmware|\bpatch|\bsdk|\bkernel|\boid)[ \t:=]*$/i;

function pushIpv4(scanner: Scanner, from: number, to: number): number {
  const { text, plain } = scanner;
  const defanged = plain.marksIn(from, to) > 0;
  if (!defanged && VERSION_BEFORE.test(text.slice(Math.max(0, from - 16), from))) return to;
  const network = /^\/(\d{1,2})(?![\w./-])/.exec(text.slice(to, to + 4));
  if (network !== null && Number(network[1]) < 32) {
    push(scanner, "ipv4-cidr", from, to + network[0].length, { defanged });
    return to + network[0].length;
  }
  return pushSite(scanner, "ipv4-addr", from, to, defanged);
}

function scanName(scanner: Scanner, from: number, to: number): number {
  const { text, plain } = scanner;
  const defanged = plain.marksIn(from, to) > 0;
  if (!isHostName(text.slice(from, to), defanged)) return 0;
  if (!defanged && /[=&#$+@]/.test(text.charAt(from - 1))) return 0;
  if (!defanged && /[(=\\]/.test(text.charAt(to))) return 0; // code
  const spoken = plain.spokenIn(from, to);
  // One spoken dot in a sentence is English; two, or one that makes up the whole line, is a name.
  if (spoken > 0 && spoken === plain.marksIn(from, to) && spoken < 2 && hasWordsAround(text, from, to))
    return 0;
  return pushSite(scanner, "domain-name", from, to, defanged);
}

function hasWordsAround(text: string, from: number, to: number): boolean {
  return /\p{L}/u.test(text.slice(Math.max(0, from - 40), from)) || /\p{L}/u.test(text.slice(to, to + 40));
}

/** A host with what may follow it: a port, or a path that makes it a URL without scheme. */
function pushSite(
  scanner: Scanner,
  type: "ipv4-addr" | "domain-name",
  from: number,
  to: number,
  defanged: boolean,
): number {
  const { text } = scanner;
  const port = portAt(text, to);
  const rest = port?.end ?? to;
  if (/^(?:[/][\p{L}\p{N}~%._?-]|[/?][\p{L}\p{N}][^\s=]{0,40}=)/u.test(text.slice(rest, rest + 64))) {
    const end = urlEnd(scanner, from, rest);
    push(scanner, "url", from, end, { defanged, onAddress: type === "ipv4-addr" });
    return end;
  }
  push(scanner, type, from, to, { defanged, port });
  return rest;
}

function portAt(text: string, at: number): { number: number; end: number } | null {
  const match = /^:(\d{1,5})(?![\p{L}\p{N}_])/u.exec(text.slice(at, at + 8));
  if (match === null) return null;
  const number = Number(match[1]);
  return number >= 1 && number <= 65535 ? { number, end: at + match[0].length } : null;
}

/** Top-level domains that no registry sells: of examples (RFC 2606) and of overlay networks. */
const OTHER_TOPS = new Set(["example", "test", "invalid", "onion", "i2p", "bit"]);
/** Endings of files; a defanged name with one of these is a file that somebody defanged. */
const FILE_ENDINGS =
  /^(?:exe|dll|docx?|docm|xlsx?|xlsm|pptx?|pdf|html?|php|aspx?|jsp|txt|csv|json|xml|jpe?g|png|gif|js|vbs|ps1|bat|cmd|lnk|scr|jar|apk|iso|img|rar|gz|bin|dat|tmp|elf|sys|ini|cfg|log)$/i;
const knownTops = new Map<string, boolean>();

function isHostName(name: string, defanged: boolean): boolean {
  if (name.length > 253) return false;
  const labels = name.split(".");
  if (labels.length < 2 || labels.some((label) => label === "" || label.length > 63)) return false;
  const top = (labels.at(-1) ?? "").toLowerCase();
  if (/[\d_-]/.test(top) && !top.startsWith("xn--")) return false;
  if (top.length < 2) return false;
  return isKnownTop(top) || (defanged && !FILE_ENDINGS.test(top));
}

function isKnownTop(top: string): boolean {
  const known = knownTops.get(top);
  if (known !== undefined) return known;
  if (knownTops.size > 5000) knownTops.clear();
  const answer = OTHER_TOPS.has(top) || parse(`a.${top}`, { validateHostname: false }).isIcann === true;
  knownTops.set(top, answer);
  return answer;
}

/** What the host in the authority of a URL is; null when it is nothing that can be assigned. */
function hostKind(authority: string, defanged: boolean): "address" | "name" | null {
  const site = authority.slice(authority.lastIndexOf("@") + 1).replace(/[.,;:!'*)}]+$/, "");
  if (/^\[[0-9a-f:.]+\](?::\d*)?$/i.test(site)) return "address";
  const host = site.replace(/:\d*$/, "").replace(/\.$/, "");
  if (isIpv4(host)) return "address";
  return isHostName(host, defanged) ? "name" : null;
}

/* ---- e-mail addresses and IBANs ---- */

function scanEmail(scanner: Scanner, at: number): number {
  const { text, plain, found } = scanner;
  const floor = Math.max(0, at - 64);
  let from = at;
  while (from > floor && /[\p{L}\p{N}._%+'-]/u.test(text.charAt(from - 1))) from--;
  while (from < at && /['.-]/.test(text.charAt(from))) from++;
  const [, to] = trimRun(text, at + 1, runEnd(text, at + 1));
  const last = found.at(-1);
  if (last !== undefined && last.end > plain.startOf(from)) return at + 1;
  const defanged = plain.marksIn(from, to) > 0;
  if (from === at || !isHostName(text.slice(at + 1, to), defanged)) return at + 1;
  push(scanner, "email-addr", from, to, { defanged });
  return to;
}

const IBAN = /[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/y;

function scanIban(scanner: Scanner, at: number): number {
  const { text } = scanner;
  if (isLabel(text, at - 1) || !/[A-Z]/.test(text.charAt(at)) || !/\d/.test(text.charAt(at + 2))) return 0;
  IBAN.lastIndex = at;
  let candidate = IBAN.exec(text)?.[0] ?? "";
  // A word in capitals behind the number looks like one group more.
  while (candidate.length >= 15) {
    if (parseIban(candidate) !== null) {
      push(scanner, "iban", at, at + candidate.length, { defanged: false });
      return at + candidate.length;
    }
    candidate = candidate.slice(0, Math.max(0, candidate.lastIndexOf(" ")));
  }
  return 0;
}

/* ---- */

interface Details {
  readonly defanged: boolean;
  readonly port?: { number: number } | null;
  readonly onAddress?: boolean;
}

function push(scanner: Scanner, type: ObservableType, from: number, to: number, details: Details): void {
  const start = scanner.plain.startOf(from);
  const end = scanner.plain.endOf(to - 1);
  scanner.found.push({
    value: scanner.original.slice(start, end),
    type,
    start,
    end,
    defanged: details.defanged,
    ...(details.port ? { port: details.port.number } : {}),
    ...(details.onAddress ? { onAddress: true } : {}),
  });
}

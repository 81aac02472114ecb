import { normaliseBankAccount, normalisePhone, normaliseUserAccount, parseIban } from "./account.ts";
import { parseAddress, parseNetwork } from "./address.ts";
import { normaliseHostName } from "./host-name.ts";
import { type NormalForm, normalForm, type Refusal, refuse } from "./normal-form.ts";
import { HASH_TYPES, plainForm } from "./plain-form.ts";
import { refang, undoCommonMarks } from "./refang.ts";
import type { ObservableType } from "./types.ts";
import { normaliseWallet } from "./wallet.ts";
import { badPort, normaliseUrl, readPort, splitPort } from "./web-address.ts";

export type { NormalForm, Refusal } from "./normal-form.ts";

/**
 * The normal form of one raw value (requirement FU-1): equal things come out byte for byte equal, and a normal form comes back
 * unchanged.
 *
 * The value is refanged first. `type` is what the source calls it. For addresses, networks, host names and URLs the
 * value's own shape decides, because columns lie (a "domain" column that holds an address gives an address); other types are
 * held to. Without `type` the shape decides, except that a telephone number, a bank account or a handle is never guessed.
 * `country` (alpha-2) is for national telephone and account notation.
 *
 * Never throws. Refusals: `empty` (nothing, or a word for nothing such as `N/A`), `too-long` (over 4096 characters),
 * `unsupported` (understood, but Muster fuses no such thing), `malformed` (the reason says what is wrong; NUL, line breaks and
 * direction overrides inside a value are among it).
 */
export function normaliseObservable(
  raw: string,
  type?: ObservableType,
  country?: string,
): NormalForm | Refusal {
  if (type === undefined || SHAPE_DECIDES.has(type)) {
    const plain = plainForm(raw) ?? plainFormOfMarked(raw);
    // A hash column holds hashes: a name in it is a mistake, and only hashes have no host here.
    if (plain !== null && (plain.host === null || type === undefined || !type.startsWith("file-")))
      return plain;
  }
  if (raw.length > LONGEST_RAW) return refuse("The value is longer than 4096 characters.", "too-long");
  const text = refang(raw);
  const form = refusalOfText(text) ?? readValue(text, type, country);
  return form.ok ? { ...form, changed: form.value !== raw } : form;
}

/** One value in ten is defanged, nearly always in the same few ways: the careful path took as long for it as for all others. */
function plainFormOfMarked(raw: string): NormalForm | null {
  const bare = raw.length > LONGEST_VALUE ? null : undoCommonMarks(raw);
  const plain = bare === null ? null : plainForm(bare);
  return plain === null ? null : normalForm(plain.type, plain.value, plain.host, plain.port);
}

const LONGEST_VALUE = 4096;
/** Marks and quotes can double a value; more than that is not a value. */
const LONGEST_RAW = 2 * LONGEST_VALUE;

/** Types that sources mix up, or one length of hash with another. */
const SHAPE_DECIDES: ReadonlySet<ObservableType> = new Set<ObservableType>([
  "ipv4-addr",
  "ipv6-addr",
  "ipv4-cidr",
  "ipv6-cidr",
  "domain-name",
  "url",
  "file-md5",
  "file-sha1",
  "file-sha256",
  "file-sha512",
]);

const NOTHING = /^(?:-{1,3}|\?|n\/?a|none|null|nil|nan|undefined|unknown|#n\/a)$/i;
/** C0 and C1 controls and the characters that turn the reading direction round: what is seen is not what is there. */
const DECEPTIVE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

function refusalOfText(text: string): Refusal | null {
  if (text === "" || NOTHING.test(text)) return refuse("The value is empty.", "empty");
  if (text.length > LONGEST_VALUE) return refuse("The value is longer than 4096 characters.", "too-long");
  if (DECEPTIVE.test(text))
    return refuse("The value holds a control character or one that turns the reading direction.");
  return text.isWellFormed() ? null : refuse("The value holds half a character (a lone surrogate).");
}

function readValue(
  text: string,
  type: ObservableType | undefined,
  country: string | undefined,
): NormalForm | Refusal {
  switch (type) {
    case "email-addr":
      return readEmail(text);
    case "phone-number":
      return normalisePhone(text, country);
    case "iban":
      return readIban(text);
    case "bank-account":
      return normaliseBankAccount(text, country);
    case "crypto-wallet":
      return readWallet(text);
    case "user-account":
      return normaliseUserAccount(text);
    case "autonomous-system":
      return readAutonomousSystem(text);
    case "file-md5":
    case "file-sha1":
    case "file-sha256":
    case "file-sha512":
      return readHash(text) ?? refuse("A hash has 32, 40, 64 or 128 hexadecimal digits.");
    default:
      return readByShape(text, type);
  }
}

/** A network observable, or anything else that its shape gives away. */
function readByShape(text: string, type: ObservableType | undefined): NormalForm | Refusal {
  if (/^mailto:/i.test(text)) return readEmail(text);
  // Two letters at least: `C:\` is a drive.
  if (/^[a-z][a-z0-9+.-]+:[/\\]/i.test(text)) return normaliseUrl(text);
  if (/^[/\\]/.test(text)) return refuse("A path without a host cannot be assigned to anybody.");
  if (/^[^/?#\s@]+@[^/?#\s@]+$/.test(text)) return readEmail(text);
  return (
    (type === undefined ? readToken(text) : readHash(text)) ??
    readNetwork(text, type) ??
    readUrlWithoutScheme(text, type) ??
    readSite(text)
  );
}

/** Values without a dot, slash or colon that carry their own proof: hash, AS number, wallet, IBAN. */
function readToken(text: string): NormalForm | Refusal | null {
  if (/^ASN?\s?\d+$/i.test(text)) return readAutonomousSystem(text);
  if (/^CVE-\d{4}-\d+$/i.test(text))
    return refuse("A vulnerability number is not an observable.", "unsupported");
  if (/^\+[\d\s().-]{6,}$/.test(text)) {
    return refuse("This looks like a telephone number; give the column that type.", "unsupported");
  }
  const hash = readHash(text);
  if (hash !== null) return hash;
  if (/^[a-z]{2}\d{2}[a-z0-9 ]{11,40}$/i.test(text)) {
    const iban = parseIban(text);
    if (iban !== null) return normalForm("iban", iban);
  }
  const wallet = /^[a-z]{0,10}:?[a-z0-9]{26,}$/i.test(text) ? normaliseWallet(text) : null;
  return wallet === null ? null : normalForm("crypto-wallet", wallet);
}

function readHash(text: string): NormalForm | Refusal | null {
  const digits = text.replace(/^(?:md5|sha-?1|sha-?256|sha-?512)\s*[:=]\s*/i, "");
  if (!/^[0-9a-f]{32,128}$/i.test(digits)) return null;
  const type = HASH_TYPES.get(digits.length);
  if (type !== undefined) return normalForm(type, digits.toLowerCase());
  return digits.length === 56 || digits.length === 96
    ? refuse("SHA-224 and SHA-384 are not fused.", "unsupported")
    : refuse("A hash has 32, 40, 64 or 128 hexadecimal digits.");
}

/** An address or a network, with what may stand round it: brackets, a port behind `:` or `|`. */
function readNetwork(text: string, type: ObservableType | undefined): NormalForm | Refusal | null {
  const address = parseAddress(text);
  if (address !== null)
    return normalForm(address.family === 4 ? "ipv4-addr" : "ipv6-addr", address.value, address.value);
  if (text.includes("/") && type !== "url") {
    const network = parseNetwork(text);
    if (network === null)
      return /^[0-9a-f.:]+\/\d{1,3}$/i.test(text)
        ? refuse("The network's address or length is wrong.")
        : null;
    if (network.length === null) return readNetwork(network.value, type);
    return normalForm(network.family === 4 ? "ipv4-cidr" : "ipv6-cidr", network.value);
  }
  const isIpv6Shape = /^[0-9a-f:.]+$/i.test(text) && text.indexOf(":") !== text.lastIndexOf(":");
  return isIpv6Shape
    ? refuse("It looks like an IPv6 address but has too few, too many or wrong groups.")
    : null;
}

/** `a.example/login` and `192.0.2.1?x=1`: a host is believed when its own form is right. */
function readUrlWithoutScheme(text: string, type: ObservableType | undefined): NormalForm | Refusal | null {
  const cut = text.search(/[/?#\\]/);
  if (cut === -1) return null;
  if (type === "domain-name" && text.slice(cut) === "/") return readSite(text.slice(0, cut));
  return normaliseUrl(`http://${text}`);
}

/** A host name or an address, alone or with a port. */
function readSite(text: string): NormalForm | Refusal {
  if (/\s/.test(text)) return refuse("The value holds a space: it is more than one word.");
  const { host, port: portText } = splitPort(text.replace("|", ":"));
  const port = readPort(portText);
  if (port === "bad") return refuse(badPort(portText ?? ""));
  // Full-width digits are digits once folded.
  const address = parseAddress(host.normalize("NFKC").replace(/^\[(.*)\]$/, "$1"));
  if (address !== null) {
    return normalForm(address.family === 4 ? "ipv4-addr" : "ipv6-addr", address.value, address.value, port);
  }
  const name = normaliseHostName(host);
  if (!name.ok) return refuse(name.reason);
  return normalForm("domain-name", name.value, name.value, port);
}

/**
 * The local part is lower case too: no provider of note tells letters apart by case, and partners do not keep it. Quoted local
 * parts and braces, slashes and the like, which RFC 5322 allows, are refused: they are defanging gone wrong or half a URL,
 * never a mailbox.
 */
function readEmail(text: string): NormalForm | Refusal {
  const inside = /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text;
  const address = inside
    .replace(/^mailto:/i, "")
    .replace(/\?.*$/s, "")
    .trim();
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(at, 0)).toLowerCase();
  if (at === -1 || !/^[^\s"(),:;<>@[\\\]{}/?#]{1,64}$/.test(local) || /^\.|\.\.|\.$/.test(local)) {
    return refuse("It is not an e-mail address: name@host is needed.");
  }
  const host = normaliseHostName(address.slice(at + 1));
  return host.ok ? normalForm("email-addr", `${local}@${host.value}`, host.value) : refuse(host.reason);
}

function readIban(text: string): NormalForm | Refusal {
  const iban = parseIban(text);
  return iban === null
    ? refuse("The IBAN's country, length or check digits are wrong.")
    : normalForm("iban", iban);
}

function readWallet(text: string): NormalForm | Refusal {
  const wallet = normaliseWallet(text);
  return wallet === null
    ? refuse("It is no address of a payment network Muster knows, or its checksum is wrong.")
    : normalForm("crypto-wallet", wallet);
}

/** `AS64500`, `64500`, and the dotted notation of RFC 5396, `AS1.10`. */
function readAutonomousSystem(text: string): NormalForm | Refusal {
  const match = /^(?:ASN?)?\s*(?:(\d{1,5})\.)?(\d{1,10})$/i.exec(text);
  const number = match === null ? 0 : Number(match[1] ?? 0) * 65536 + Number(match[2]);
  return number >= 1 && number <= 4294967295
    ? normalForm("autonomous-system", `AS${number}`)
    : refuse("An autonomous system is a number from 1 to 4294967295.");
}

/** An address or network as its normal form says it. `value` is dotted decimal or RFC 5952 text. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: string;
}

/**
 * Reads an IPv4 or IPv6 address. IPv4 needs four decimal numbers without leading zeros: `010` is 8 to some programs and 10 to
 * others, so it is refused, not guessed. IPv6 comes back as RFC 5952 says; IPv4-mapped and -compatible IPv6 is the IPv4
 * address it carries, so that one machine has one name. A zone (`%eth0`) is dropped: it means nothing on another machine. Null
 * when it is neither.
 */
export function parseAddress(text: string): Address | null {
  if (isPlainIpv4(text)) return { family: 4, value: text };
  if (!text.includes(":")) return null;
  const zone = text.indexOf("%");
  const groups = parseIpv6(zone === -1 ? text : text.slice(0, zone));
  if (groups === null) return null;
  const embedded = embeddedIpv4(groups);
  return embedded === null ? { family: 6, value: formatIpv6(groups) } : { family: 4, value: embedded };
}

/**
 * Reads `address/length` as a network. Bits behind the length are cleared, a full-length prefix is the single address
 * (`length` null), and a mapped network of /96 or longer is the IPv4 network. Null when it is not one.
 */
export function parseNetwork(text: string): (Address & { readonly length: number | null }) | null {
  const slash = text.indexOf("/");
  const digits = text.slice(slash + 1);
  if (slash === -1 || !/^(?:0|[1-9]\d{0,2})$/.test(digits)) return null;
  const length = Number(digits);
  const head = text.slice(0, slash);
  if (isPlainIpv4(head)) return length > 32 ? null : maskIpv4(head, length);
  const groups = parseIpv6(head);
  if (groups === null || length > 128) return null;
  const embedded = length >= 96 ? embeddedIpv4(groups) : null;
  if (embedded !== null) return maskIpv4(embedded, length - 96);
  if (length === 128) return { family: 6, value: formatIpv6(groups), length: null };
  return {
    family: 6,
    value: `${formatIpv6(groups.map((group, at) => group & groupMask(length, at)))}/${length}`,
    length,
  };
}

/** True for four decimal numbers 0-255 without leading zeros between three dots. Hot: one loop, no allocation. */
export function isPlainIpv4(text: string): boolean {
  return plainIpv4End(text, 0) === text.length;
}

/** Index behind a plain IPv4 address that starts at `from` and is followed by no digit or dot; -1 when there is none. */
export function plainIpv4End(text: string, from: number): number {
  let at = from;
  for (let part = 0; part < 4; part++) {
    const first = text.charCodeAt(at) - 48;
    // `charCodeAt` past the end is NaN, and every comparison with NaN is false: written so that NaN fails.
    if (!(first >= 0 && first <= 9)) return -1;
    let number = first;
    at++;
    for (;;) {
      const digit = text.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (number === 0) return -1;
      number = number * 10 + digit;
      if (number > 255) return -1;
      at++;
    }
    if (part < 3) {
      if (text.charCodeAt(at) !== 46) return -1;
      at++;
    }
  }
  return text.charCodeAt(at) === 46 ? -1 : at;
}

/** The four bytes of a plain IPv4 address as one unsigned number. The caller has checked the text. */
export function ipv4Number(text: string): number {
  let number = 0;
  let part = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      number = number * 256 + part;
      part = 0;
    } else part = part * 10 + code - 48;
  }
  return number * 256 + part;
}

/** An unsigned 32-bit number as dotted decimal. */
export function formatIpv4(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

function maskIpv4(text: string, length: number): Address & { readonly length: number | null } {
  if (length === 32) return { family: 4, value: text, length: null };
  const mask = length === 0 ? 0 : -1 << (32 - length);
  return { family: 4, value: `${formatIpv4(ipv4Number(text) & mask)}/${length}`, length };
}

function groupMask(length: number, group: number): number {
  const bits = Math.min(16, Math.max(0, length - group * 16));
  return (0xffff << (16 - bits)) & 0xffff;
}

/** Eight 16-bit groups, or null. Accepts an IPv4 tail in the last two groups (RFC 4291 section 2.2). */
function parseIpv6(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  if (halves.length === 1) return head !== null && head.length === 8 ? head : null;
  const tail = parseGroups(halves[1] ?? "", true);
  if (head === null || tail === null || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [at, word] of words.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16));
    else if (mayEndInIpv4 && at === words.length - 1 && isPlainIpv4(word)) {
      const number = ipv4Number(word);
      groups.push(number >>> 16, number & 0xffff);
    } else return null;
  }
  return groups;
}

/**
 * The IPv4 address inside `::ffff:a.b.c.d` (mapped) or `::a.b.c.d` (compatible, RFC 4291 2.5.5). Low compatible values such as
 * `::1` are IPv6 of their own. Translated addresses (`64:ff9b::`, 6to4, Teredo) are other machines' addresses and stay.
 */
function embeddedIpv4(groups: readonly number[]): string | null {
  if (groups.slice(0, 5).some((group) => group !== 0)) return null;
  const [mark = 0, high = 0, low = 0] = groups.slice(5);
  if (mark !== 0xffff && !(mark === 0 && high !== 0)) return null;
  return formatIpv4(((high << 16) | low) >>> 0);
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups shortened. */
function formatIpv6(groups: readonly number[]): string {
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
  }
  const words = groups.map((group) => group.toString(16));
  if (bestStart === -1) return words.join(":");
  return `${words.slice(0, bestStart).join(":")}::${words.slice(bestStart + bestLength).join(":")}`;
}

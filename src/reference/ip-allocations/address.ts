/** Four 32-bit words of an IPv6 address, most significant first. One buffer is reused by every look-up of a table. */
export type AddressWords = Uint32Array;

/**
 * Number of an IPv4 address in dotted decimal, 0 to 2^32-1, or -1 when the text is anything else.
 * Leading zeros are refused, because some programs read them as octal. Allocates nothing: intake calls it a million times.
 */
export function ipv4Number(text: string): number {
  const length = text.length;
  if (length < 7 || length > 15) return -1;
  let number = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || octet > 255) return -1;
      number = number * 256 + octet;
      octet = 0;
      digits = 0;
      dots++;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return -1;
      octet = octet * 10 + (code - 48);
      digits++;
      if (digits > 3) return -1;
    } else return -1;
  }
  if (dots !== 3 || digits === 0 || octet > 255) return -1;
  return number * 256 + octet;
}

/**
 * Reads an IPv6 address (RFC 4291 text forms, `::` and a trailing dotted quad included, no zone) into `words`.
 * Answers false and leaves rubbish in `words` when the text is not an address.
 */
export function readIpv6(text: string, words: AddressWords): boolean {
  const length = text.length;
  if (length < 2 || length > 45) return false;
  words.fill(0);
  let groups = 0;
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === 58) {
    if (text.charCodeAt(1) !== 58) return false;
    gap = 0;
    at = 2;
  }
  while (at < length) {
    const from = at;
    let value = 0;
    let code = 0;
    for (; at < length; at++) {
      code = text.charCodeAt(at);
      const digit = hexDigit(code);
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at < length && code === 46) return readTail(text.slice(from), words, groups, gap);
    if (at === from || at - from > 4 || groups === 8) return false;
    placeGroup(words, groups++, value);
    if (at === length) break;
    if (code !== 58) return false;
    at++;
    if (at === length) return false;
    if (text.charCodeAt(at) === 58) {
      if (gap >= 0) return false;
      gap = groups;
      at++;
    }
  }
  return closeGap(words, groups, gap);
}

/** Text of an IPv6 address, each group written out; for look-ups in libraries, not for people. */
export function ipv6Text(words: AddressWords): string {
  let text = "";
  for (let group = 0; group < 8; group++) text += (group > 0 ? ":" : "") + groupAt(words, group).toString(16);
  return text;
}

/** Dotted decimal of an IPv4 number. */
export function ipv4Text(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

function readTail(quad: string, words: AddressWords, groups: number, gap: number): boolean {
  const number = ipv4Number(quad);
  if (number < 0 || groups > 6) return false;
  placeGroup(words, groups, number >>> 16);
  placeGroup(words, groups + 1, number & 0xffff);
  return closeGap(words, groups + 2, gap);
}

/** `::` stands for as many zero groups as are missing, at least one: the groups behind it move to the end. */
function closeGap(words: AddressWords, groups: number, gap: number): boolean {
  if (gap < 0) return groups === 8;
  if (groups > 7) return false;
  const shift = 8 - groups;
  for (let group = groups - 1; group >= gap; group--) {
    const value = groupAt(words, group);
    placeGroup(words, group, 0);
    placeGroup(words, group + shift, value);
  }
  return true;
}

function groupAt(words: AddressWords, group: number): number {
  const word = words[group >> 1] ?? 0;
  return (group & 1) === 0 ? word >>> 16 : word & 0xffff;
}

function placeGroup(words: AddressWords, group: number, value: number): void {
  const index = group >> 1;
  const word = words[index] ?? 0;
  words[index] =
    (group & 1) === 0 ? ((word & 0xffff) | (value << 16)) >>> 0 : ((word & 0xffff0000) | value) >>> 0;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

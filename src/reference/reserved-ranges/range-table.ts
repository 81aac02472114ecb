/** A set of networks, each with something said about it. Look-ups give the most specific network that holds the address. */
export interface RangeTable<T> {
  /**
   * What is said about an address in normal form (dotted decimal or RFC 5952); null when no network holds it or it is not an
   * address.
   */
  find(address: string): T | null;
}

/** A network in CIDR notation and what is said about it. A bare address is a network of one. */
export interface RangeEntry<T> {
  readonly range: string;
  readonly about: T;
}

/**
 * Builds a table. Throws a RangeError that names the first entry that is not a network.
 *
 * Networks never overlap half-way, so sorted starts plus a link to the enclosing network find the most specific one: one
 * binary search among the starts within the address's first byte, then up the links. Measured: 20-60 ns for IPv4 with 2,000
 * networks.
 */
export function rangeTable<T>(entries: Iterable<RangeEntry<T>>): RangeTable<T> {
  const v4: Network<T>[] = [];
  const v6: Network<T>[] = [];
  for (const { range, about } of entries) {
    const network = parseNetwork(range);
    if (network === null) throw new RangeError(`"${range}" is not a network in CIDR notation.`);
    (network.words.length === 1 ? v4 : v6).push({ ...network, about });
  }
  const low = indexNetworks(v4, 1);
  const high = indexNetworks(v6, 4);
  const query4 = new Uint32Array(1);
  const query6 = new Uint32Array(4);
  return {
    find(address) {
      if (readIpv4(address, query4)) return low(query4);
      return v6.length > 0 && readIpv6(address, query6) ? high(query6) : null;
    },
  };
}

/** True for a network in CIDR notation or a bare address, as `rangeTable` takes them. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== null;
}

interface Network<T> {
  /** First address, as one 32-bit word (IPv4) or four (IPv6). */
  readonly words: readonly number[];
  readonly length: number;
  readonly about: T;
}

/** Sorts the networks into typed arrays and returns the look-up over them; `width` words make an address. */
function indexNetworks<T>(networks: Network<T>[], width: number): (query: Uint32Array) => T | null {
  const sorted = networks.toSorted((a, b) => compareWords(a.words, b.words) || a.length - b.length);
  const starts = Uint32Array.from(sorted.flatMap((network) => network.words));
  const lengths = Uint8Array.from(sorted, (network) => network.length);
  const parents = parentsOf(sorted);
  const firstByteStart = firstByteIndex(starts, width);
  return (query) => {
    const byte = (query[0] ?? 0) >>> 24;
    let found = lastStartAtMost(
      starts,
      width,
      query,
      firstByteStart[byte] ?? 0,
      firstByteStart[byte + 1] ?? 0,
    );
    while (found >= 0 && !holds(starts, width, found, lengths[found] ?? 0, query))
      found = parents[found] ?? -1;
    return sorted[found]?.about ?? null;
  };
}

/** For each network the index of the nearest one that encloses it, -1 for none. Equal networks: the later entry wins. */
function parentsOf<T>(sorted: readonly Network<T>[]): Int32Array {
  const parents = new Int32Array(sorted.length).fill(-1);
  const open: number[] = [];
  for (const [at, network] of sorted.entries()) {
    while (open.length > 0) {
      const outer = sorted[open.at(-1) ?? -1];
      if (
        outer !== undefined &&
        outer.length <= network.length &&
        sharesPrefix(outer.words, network.words, outer.length)
      )
        break;
      open.pop();
    }
    parents[at] = open.at(-1) ?? -1;
    open.push(at);
  }
  return parents;
}

/** 257 indexes: networks starting in first byte b are those from [b] up to [b + 1]. */
function firstByteIndex(starts: Uint32Array, width: number): Int32Array {
  const index = new Int32Array(257);
  const count = starts.length / width;
  let at = 0;
  for (let byte = 0; byte <= 256; byte++) {
    while (at < count && (starts[at * width] ?? 0) >>> 24 < byte) at++;
    index[byte] = at;
  }
  return index;
}

/** Index of the last start that is not above the query, looking from `from` up to `to`; `from - 1` when all are above. */
function lastStartAtMost(
  starts: Uint32Array,
  width: number,
  query: Uint32Array,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAbove(starts, middle * width, width, query)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

function isAbove(starts: Uint32Array, offset: number, width: number, query: Uint32Array): boolean {
  for (let word = 0; word < width; word++) {
    const start = starts[offset + word] ?? 0;
    const wanted = query[word] ?? 0;
    if (start !== wanted) return start > wanted;
  }
  return false;
}

function holds(starts: Uint32Array, width: number, at: number, length: number, query: Uint32Array): boolean {
  for (let word = 0, bits = length; word < width && bits > 0; word++, bits -= 32) {
    const difference = (starts[at * width + word] ?? 0) ^ (query[word] ?? 0);
    if (bits >= 32 ? difference !== 0 : difference >>> (32 - bits) !== 0) return false;
  }
  return true;
}

function sharesPrefix(a: readonly number[], b: readonly number[], length: number): boolean {
  return holds(Uint32Array.from(a), a.length, 0, length, Uint32Array.from(b));
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (const [at, word] of a.entries()) {
    const other = b[at] ?? 0;
    if (word !== other) return word - other;
  }
  return 0;
}

function parseNetwork(range: string): { words: number[]; length: number } | null {
  const [head = "", tail, ...more] = range.split("/");
  const words = readAddress(head);
  if (words === null || more.length > 0 || (tail !== undefined && !/^\d{1,3}$/.test(tail))) return null;
  const bits = words.length * 32;
  const length = tail === undefined ? bits : Number(tail);
  if (length > bits) return null;
  return { words: words.map((word, at) => maskWord(word, length - at * 32)), length };
}

function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;
}

function readAddress(text: string): number[] | null {
  const one = new Uint32Array(1);
  if (readIpv4(text, one)) return [...one];
  const four = new Uint32Array(4);
  return readIpv6(text, four) ? [...four] : null;
}

/** Writes a dotted address into `into`. False, having written nothing of use, when the text is not one. */
function readIpv4(text: string, into: Uint32Array): boolean {
  let number = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return false;
    } else if (code === 46 && part >= 0) {
      number = number * 256 + part;
      part = -1;
      dots++;
    } else return false;
  }
  if (dots !== 3 || part < 0) return false;
  into[0] = number * 256 + part;
  return true;
}

/** Writes an IPv6 address without zone and without IPv4 tail into four words. */
function readIpv6(text: string, into: Uint32Array): boolean {
  if (!hasEarlyColon(text) || !/^[0-9a-f:]{2,39}$/i.test(text)) return false;
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return false;
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return false;
  const groups = [...before, ...new Array<string>(missing).fill("0"), ...after];
  if (groups.some((group) => group === "" || group.length > 4)) return false;
  for (let word = 0; word < 4; word++) {
    const high = Number.parseInt(groups[word * 2] ?? "", 16);
    into[word] = high * 65536 + Number.parseInt(groups[word * 2 + 1] ?? "", 16);
  }
  return true;
}

/** The first group has four digits at most. Host names are asked too, and looking through all of them is what takes time. */
function hasEarlyColon(text: string): boolean {
  const end = Math.min(text.length, 5);
  for (let at = 0; at < end; at++) if (text.charCodeAt(at) === 58) return true;
  return false;
}

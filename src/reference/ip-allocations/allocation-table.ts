import { ipv4Number, readIpv6 } from "./address.ts";
import type { Stretches } from "./flatten.ts";

/** Which country an address was allocated to, by one table of one date. */
export interface AllocationTable {
  /** Short name of the table as it appears in reasons, e.g. `registry`. */
  readonly name: string;
  /** Date of the data, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** ISO 3166-1 alpha-2 of an IPv4 or IPv6 address in text; null when unallocated or not an address. */
  countryOf(address: string): string | null;
  /** The same for an IPv4 address as a number 0 to 2^32-1. About ten million a second; allocates nothing. */
  countryOfV4(address: number): string | null;
  /** The table that answers for this address: another one than this only where tables are laid over each other. */
  answeredBy(address: string): { readonly name: string; readonly asOf: string };
  /** Every country with a part of the inclusive range, in order of address; "" stands for unallocated parts. */
  countriesBetween(first: string, last: string): readonly string[];
}

/** The data of a table: flat columns in shared memory, which a worker thread may receive by `postMessage` without a copy. */
export interface AllocationColumns {
  readonly name: string;
  readonly asOf: string;
  /** Codes by the number that the stretches use; "" is no country. */
  readonly codes: readonly string[];
  readonly v4: Stretches;
  readonly v6: Stretches;
}

/** Makes the look-ups over columns. Cheap: a prefix index of 256 KiB is all that is computed. */
export function openAllocationTable(columns: AllocationColumns): AllocationTable {
  const { name, asOf } = columns;
  const countries = columns.codes.map((code) => (code === "" ? null : code));
  const starts = columns.v4.starts[0] ?? new Uint32Array(1);
  const codes4 = columns.v4.codes;
  const codes6 = columns.v6.codes;
  const index = prefixIndex(starts);
  const words = new Uint32Array(4);

  function stretchOfV4(address: number): number {
    const prefix = address >>> 16;
    let low = index[prefix] ?? 0;
    let high = index[prefix + 1] ?? 0;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function countryOfV4(address: number): string | null {
    return countries[codes4[stretchOfV4(address)] ?? 0] ?? null;
  }

  return {
    name,
    asOf,
    answeredBy: () => ({ name, asOf }),
    countryOfV4,
    countryOf(address) {
      const number = ipv4Number(address);
      if (number >= 0) return countryOfV4(number);
      if (!readIpv6(address, words)) return null;
      return countries[codes6[stretchOf(columns.v6, words)] ?? 0] ?? null;
    },
    countriesBetween(first, last) {
      const from = ipv4Number(first);
      const to = ipv4Number(last);
      if (from >= 0 && to >= 0)
        return distinctCodes(columns.codes, codes4, stretchOfV4(from), stretchOfV4(to));
      if (!readIpv6(first, words)) return [];
      const start = stretchOf(columns.v6, words);
      if (!readIpv6(last, words)) return [];
      return distinctCodes(columns.codes, codes6, start, stretchOf(columns.v6, words));
    },
  };
}

/**
 * One table that asks `over` first and `base` where `over` is silent: an exercise's own allocations, or an
 * operator's corrections, on top of a world table. It keeps the name and date of the base.
 */
export function layAllocationsOver(over: AllocationTable, base: AllocationTable): AllocationTable {
  return {
    name: base.name,
    asOf: base.asOf,
    answeredBy: (address) => (over.countryOf(address) === null ? base : over).answeredBy(address),
    countryOf: (address) => over.countryOf(address) ?? base.countryOf(address),
    countryOfV4: (address) => over.countryOfV4(address) ?? base.countryOfV4(address),
    countriesBetween(first, last) {
      const named = over.countriesBetween(first, last);
      if (!named.includes("")) return named;
      return [...new Set([...named.filter((code) => code !== ""), ...base.countriesBetween(first, last)])];
    },
  };
}

/** For each first half of an address the last stretch that starts at or before it. */
function prefixIndex(starts: Uint32Array): Uint32Array {
  const index = new Uint32Array(65537);
  let stretch = 0;
  for (let prefix = 0; prefix < 65536; prefix++) {
    const address = prefix * 65536;
    while (stretch + 1 < starts.length && (starts[stretch + 1] ?? 0) <= address) stretch++;
    index[prefix] = stretch;
  }
  index[65536] = Math.max(0, starts.length - 1);
  return index;
}

function stretchOf(stretches: Stretches, words: Uint32Array): number {
  const [top] = stretches.starts;
  if (top === undefined) return 0;
  let low = 0;
  let high = top.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (startsAtOrBefore(stretches.starts, middle, words)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startsAtOrBefore(starts: readonly Uint32Array[], at: number, words: Uint32Array): boolean {
  for (let word = 0; word < 4; word++) {
    const difference = (starts[word]?.[at] ?? 0) - (words[word] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function distinctCodes(codes: readonly string[], numbers: Uint8Array, from: number, to: number): string[] {
  const found = new Set<string>();
  for (let stretch = from; stretch <= to; stretch++) found.add(codes[numbers[stretch] ?? 0] ?? "");
  return [...found];
}

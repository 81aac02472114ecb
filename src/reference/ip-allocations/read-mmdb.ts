import { readFile } from "node:fs/promises";
import { Reader, type Response } from "mmdb-lib";
import { ipv4Text, ipv6Text } from "./address.ts";
import { addRange, type RangeRows } from "./range-rows.ts";
import type { GatheredRows } from "./read-csv.ts";
import { UnreadableAllocationTable } from "./unreadable-table.ts";

/** 2000::/3: all global unicast IPv6 that is allocated. The rest of a tree is aliases of its own IPv4 part. */
const UNICAST_FIRST = 0x20000000;
const UNICAST_LAST = 0x3fffffff;

/**
 * Reads a MaxMind DB file (format 2.0) into `rows`, by asking network after network. Understood are the records
 * `country.iso_code`, `country_code` and `country` as text. Throws `UnreadableAllocationTable` when the file is
 * not one, or names no country at all.
 */
export async function readMmdb(file: string, rows: GatheredRows): Promise<void> {
  const before = rows.v4.count + rows.v6.count;
  const bytes = await readFile(file);
  try {
    const reader = new Reader<Response>(bytes);
    walkV4(reader, rows);
    if (reader.metadata.ipVersion === 6) walkV6(reader, rows);
  } catch (cause) {
    throw new UnreadableAllocationTable(file, 0, "not a readable MaxMind DB file; fetch it again", { cause });
  }
  if (rows.v4.count + rows.v6.count === before) {
    throw new UnreadableAllocationTable(file, 0, "no record names a country; use a country or city database");
  }
}

function walkV4(reader: Reader<Response>, rows: GatheredRows): void {
  const first = new Uint32Array(1);
  const last = new Uint32Array(1);
  for (let address = 0; address <= 0xffffffff; ) {
    const [record, prefix] = reader.getWithPrefixLength(ipv4Text(address));
    const size = 2 ** (32 - prefix);
    first[0] = address;
    last[0] = address + size - 1;
    addRecord(rows.v4, first, last, record, rows);
    address += size;
  }
}

function walkV6(reader: Reader<Response>, rows: GatheredRows): void {
  const first = Uint32Array.of(UNICAST_FIRST, 0, 0, 0);
  const last = new Uint32Array(4);
  for (;;) {
    const [record, prefix] = reader.getWithPrefixLength(ipv6Text(first));
    for (let word = 0; word < 4; word++) {
      const hostBits = Math.min(32, Math.max(0, (word + 1) * 32 - prefix));
      last[word] = ((first[word] ?? 0) | (hostBits === 32 ? 0xffffffff : 2 ** hostBits - 1)) >>> 0;
    }
    addRecord(rows.v6, first, last, record, rows);
    if (!isBelowLast(last)) return;
    first.set(last);
    addOne(first);
  }
}

function addRecord(
  rows: RangeRows,
  first: Uint32Array,
  last: Uint32Array,
  record: unknown,
  all: GatheredRows,
): void {
  const country = countryOf(record);
  if (country === null) return;
  const code = all.codes.numberOf(country.charCodeAt(0), country.charCodeAt(1));
  if (code > 0) addRange(rows, first, last, code);
}

function countryOf(record: unknown): string | null {
  if (typeof record !== "object" || record === null) return null;
  if ("country_code" in record) return twoLetters(record.country_code);
  if (!("country" in record)) return null;
  const { country } = record;
  if (typeof country === "object" && country !== null && "iso_code" in country)
    return twoLetters(country.iso_code);
  return twoLetters(country);
}

function twoLetters(value: unknown): string | null {
  return typeof value === "string" && value.length === 2 ? value : null;
}

function isBelowLast(words: Uint32Array): boolean {
  return (
    words[0] !== UNICAST_LAST || words[1] !== 0xffffffff || words[2] !== 0xffffffff || words[3] !== 0xffffffff
  );
}

function addOne(words: Uint32Array): void {
  for (let word = 3; word >= 0; word--) {
    const value = ((words[word] ?? 0) + 1) >>> 0;
    words[word] = value;
    if (value !== 0) return;
  }
}

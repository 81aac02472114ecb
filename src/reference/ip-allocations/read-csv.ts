import { open } from "node:fs/promises";
import { ipv4Number, readIpv6 } from "./address.ts";
import { addRange, type CodeList, type RangeRows } from "./range-rows.ts";
import { UnreadableAllocationTable } from "./unreadable-table.ts";

/** Where the rows of one or more files are gathered before overlaps are settled. */
export interface GatheredRows {
  readonly v4: RangeRows;
  readonly v6: RangeRows;
  readonly codes: CodeList;
}

/** Larger pieces do not read faster, and this is the most of a file that is in memory at once. */
const PIECE_BYTES = 1 << 20;
/** A row has two addresses and a code; operators' files may carry a country name and a source behind them. */
const LONGEST_ROW_BYTES = 4096;

/**
 * Reads `first,last,CC` (dotted, IPv6 or decimal numbers, inclusive) or `network/prefix,CC` rows into `rows`.
 * Quotes round fields, further columns, blank lines, `#` comments, a header line, CRLF and a byte-order mark are
 * accepted; any other line that cannot be read throws `UnreadableAllocationTable` with its number.
 * Decimal rows are read byte by byte: 37 MB of the shipped tables must not cost a second at every start.
 */
export async function readCsv(file: string, rows: GatheredRows): Promise<void> {
  const reader = new RowReader(file, rows);
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(PIECE_BYTES + LONGEST_ROW_BYTES);
    let kept = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, PIECE_BYTES, null);
      const filled = kept + bytesRead;
      const done = reader.lines(buffer, filled, bytesRead === 0);
      if (bytesRead === 0) return;
      kept = filled - done;
      if (kept > LONGEST_ROW_BYTES) throw reader.refusal("the line is too long; expected first,last,CC");
      buffer.copyWithin(0, done, filled);
    }
  } finally {
    await handle.close();
  }
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;

class RowReader {
  private readonly file: string;
  private readonly rows: GatheredRows;
  private line = 0;
  private readonly first = new Uint32Array(4);
  private readonly last = new Uint32Array(4);

  constructor(file: string, rows: GatheredRows) {
    this.file = file;
    this.rows = rows;
  }

  refusal(message: string): UnreadableAllocationTable {
    return new UnreadableAllocationTable(this.file, this.line, message);
  }

  /** Reads the whole lines among the first `length` bytes; answers how many bytes they took. */
  lines(bytes: Buffer, length: number, atEnd: boolean): number {
    let from = 0;
    for (;;) {
      this.line++;
      const next = this.decimalRow(bytes, from, length);
      if (next > 0) {
        from = next;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, from);
      const whole = newline >= 0 && newline < length;
      if (!whole && (!atEnd || from === length)) {
        this.line--;
        return from;
      }
      const to = whole ? newline : length;
      this.textRow(bytes.toString("utf8", from, to));
      if (!whole) return length;
      from = to + 1;
    }
  }

  /**
   * A whole line of the shape of the shipped files, two decimal numbers and two letters: answers where the next line
   * begins, or 0 for any other line. The line's end is met on the way; looking for it first costs a call for each row.
   */
  private decimalRow(bytes: Buffer, from: number, length: number): number {
    const second = readDecimal(bytes, from, length, this.first) + 1;
    if (second === 0 || bytes[second - 1] !== COMMA) return 0;
    const third = readDecimal(bytes, second, length, this.last) + 1;
    if (third === 0 || bytes[third - 1] !== COMMA) return 0;
    const end = bytes[third + 2] === CARRIAGE_RETURN ? third + 3 : third + 2;
    if (end >= length || bytes[end] !== NEWLINE) return 0;
    const code = this.rows.codes.numberOf(bytes[third] ?? 0, bytes[third + 1] ?? 0);
    if (code < 0) return 0;
    this.add(isIpv4(this.first) && isIpv4(this.last), code);
    return end + 1;
  }

  private textRow(line: string): void {
    const text = line.replace(/^\uFEFF/, "").trim();
    if (text === "" || text.startsWith("#")) return;
    const fields = text.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
    const [start = "", second = "", third = ""] = fields;
    const network = start.includes("/");
    const v4 = network ? this.network(start) : this.bounds(start, second);
    if (v4 === null) {
      if (this.line === 1 && /^[a-z_ -]+$/i.test(start)) return;
      throw this.refusal("expected first,last,CC or network/prefix,CC with addresses of one family");
    }
    const country = network ? second : third;
    const code = this.countryNumber(country);
    if (code < 0) throw this.refusal(`"${country}" is not a two-letter country code`);
    this.add(v4, code);
  }

  /** Country of a row: two letters; nothing, `-` and ZZ mean that the range belongs to nobody. */
  private countryNumber(country: string): number {
    if (country === "" || country === "-") return 0;
    return country.length === 2 ? this.rows.codes.numberOf(country.charCodeAt(0), country.charCodeAt(1)) : -1;
  }

  /** Fills `first` and `last` from two bounds; answers whether they are IPv4, null when they cannot be read. */
  private bounds(start: string, end: string): boolean | null {
    const startFamily = readBound(start, this.first);
    const endFamily = readBound(end, this.last);
    if (startFamily === 0 || endFamily === 0) return null;
    if (startFamily === "number" && endFamily === "number") return isIpv4(this.first) && isIpv4(this.last);
    return startFamily === endFamily ? startFamily === "v4" : null;
  }

  private network(text: string): boolean | null {
    const [address = "", prefixText = "", more] = text.split("/");
    const family = readBound(address, this.first);
    const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
    const bits = family === "v4" ? 32 : 128;
    if (more !== undefined || family === 0 || family === "number" || prefix < 0 || prefix > bits) return null;
    // An IPv4 address lies in the last of the four words, so its prefix counts from bit 96.
    for (let word = 0; word < 4; word++) {
      const host = hostMask(prefix + (128 - bits) - word * 32);
      const value = this.first[word] ?? 0;
      this.first[word] = (value & ~host) >>> 0;
      this.last[word] = (value | host) >>> 0;
    }
    return family === "v4";
  }

  private add(v4: boolean, code: number): void {
    const { first, last } = this;
    if (isBefore(last, first)) throw this.refusal("the range ends before it starts");
    addRange(v4 ? this.rows.v4 : this.rows.v6, first, last, code);
  }
}

function isIpv4(words: Uint32Array): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0;
}

function isBefore(a: Uint32Array, b: Uint32Array): boolean {
  for (let word = 0; word < 4; word++) {
    const difference = (a[word] ?? 0) - (b[word] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Mask of the host bits of one word when `networkBits` of it (may be negative or above 32) belong to the network. */
function hostMask(networkBits: number): number {
  if (networkBits <= 0) return 0xffffffff;
  return networkBits >= 32 ? 0 : 0xffffffff >>> networkBits;
}

/** Reads one bound of any kind into four words (IPv4 in the last); 0 when it is no address. */
function readBound(text: string, words: Uint32Array): "v4" | "v6" | "number" | 0 {
  if (/^\d{1,39}$/.test(text)) {
    const value = BigInt(text);
    if (value >> 128n !== 0n) return 0;
    for (let word = 3, rest = value; word >= 0; word--, rest >>= 32n)
      words[word] = Number(rest & 0xffffffffn);
    return "number";
  }
  const number = ipv4Number(text);
  if (number < 0) return readIpv6(text, words) ? "v6" : 0;
  words.fill(0);
  words[3] = number;
  return "v4";
}

/**
 * Reads decimal digits from `from` into four words; answers where they end, or -1 without digits or beyond 128 bits.
 * Fifteen digits fit a double exactly; then six at a time, because 32 bits times a million still fits 53.
 */
function readDecimal(bytes: Buffer, from: number, to: number, words: Uint32Array): number {
  let at = from;
  let head = 0;
  for (const stop = Math.min(to, from + 15); at < stop; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    head = head * 10 + digit;
  }
  if (at === from) return -1;
  let w3 = head >>> 0;
  let w2 = Math.floor(head / 0x1_0000_0000);
  let w1 = 0;
  let w0 = 0;
  if (at - from === 15) {
    for (;;) {
      let chunk = 0;
      let scale = 1;
      for (; at < to && scale < 1_000_000; at++) {
        const digit = (bytes[at] ?? 0) - 48;
        if (digit < 0 || digit > 9) break;
        chunk = chunk * 10 + digit;
        scale *= 10;
      }
      if (scale === 1) break;
      const t3 = w3 * scale + chunk;
      w3 = t3 >>> 0;
      const t2 = w2 * scale + (t3 - w3) / 0x1_0000_0000;
      w2 = t2 >>> 0;
      const t1 = w1 * scale + (t2 - w2) / 0x1_0000_0000;
      w1 = t1 >>> 0;
      const t0 = w0 * scale + (t1 - w1) / 0x1_0000_0000;
      if (t0 > 0xffffffff) return -1;
      w0 = t0;
      if (scale < 1_000_000) break;
    }
  }
  words[0] = w0;
  words[1] = w1;
  words[2] = w2;
  words[3] = w3;
  return at;
}

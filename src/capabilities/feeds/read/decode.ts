/** What `detectEncoding` tells apart. Latin-1 is read as Windows-1252, as the WHATWG Encoding Standard does. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/**
 * Finds the encoding of a text by its first bytes (a head of 64 KiB is plenty): byte-order mark, then the zero
 * bytes of UTF-16, then strict UTF-8, else Windows-1252. `complete` says whether `head` is the whole text, so that
 * a character cut by the end of the head is not taken for an error.
 *
 * A text that is UTF-8 except for a few broken bytes stays UTF-8: reading it as Windows-1252 would spoil every
 * good row for the sake of a bad one. Other 8-bit code pages are not guessed: a wrong guess looks right.
 */
export function detectEncoding(head: Uint8Array, complete: boolean): Encoding {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const wide = detectUtf16(head);
  if (wide !== null) return wide;
  const { good, broken } = countSequences(head, complete);
  return broken === 0 || good > broken ? "utf-8" : "windows-1252";
}

/**
 * Decodes a stream of bytes. The byte-order mark is dropped, characters cut by a chunk border are kept whole, and
 * bytes that are broken in their encoding become U+FFFD where they stand: only the row that holds them is hurt.
 * Never throws because of content.
 */
export async function* decodeChunks(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncIterable<string> {
  const decoder = createDecoder(encoding);
  let first = true;
  for await (const chunk of bytes) {
    let text = decoder.write(bufferOver(chunk));
    if (text.length === 0) continue;
    if (first) {
      first = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      if (text.length === 0) continue;
    }
    yield text;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

/** Decodes one whole piece, without byte-order mark; a character cut by its end is left out unless `complete`. */
export function decodeWhole(bytes: Uint8Array, encoding: Encoding, complete: boolean): string {
  const decoder = createDecoder(encoding);
  const text = decoder.write(bufferOver(bytes)) + (complete ? decoder.end() : "");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

interface Decoder {
  write(chunk: Buffer): string;
  end(): string;
}

function createDecoder(encoding: Encoding): Decoder {
  if (encoding === "utf-8") return createJoiningDecoder(utf8Cut, (whole) => whole.toString("utf8"));
  if (encoding === "utf-16le") return createJoiningDecoder(utf16leCut, (whole) => whole.toString("utf16le"));
  if (encoding === "utf-16be") return createJoiningDecoder(utf16beCut, decodeUtf16be);
  return { write: decodeWindows1252, end: () => "" };
}

/** Holds back the bytes after `cut(chunk)` (an unfinished character, at most 3) until the next chunk. */
function createJoiningDecoder(cut: (chunk: Buffer) => number, decode: (whole: Buffer) => string): Decoder {
  let held: Buffer | null = null;
  return {
    write(chunk) {
      const whole: Buffer = held === null ? chunk : Buffer.concat([held, chunk]);
      const end = cut(whole);
      held = end === whole.length ? null : Buffer.from(whole.subarray(end));
      return decode(end === whole.length ? whole : whole.subarray(0, end));
    },
    // Half a character at the very end becomes one U+FFFD.
    end: () => (held === null ? "" : "\ufffd"),
  };
}

/** Where the last whole UTF-8 character ends. */
function utf8Cut(chunk: Buffer): number {
  const { length } = chunk;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = chunk[length - back] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? length - back : length;
  }
  return length;
}

function utf16leCut(chunk: Buffer): number {
  return utf16Cut(chunk, 1);
}

function utf16beCut(chunk: Buffer): number {
  return utf16Cut(chunk, 0);
}

/** Where the last whole UTF-16 character ends: an odd byte and a high surrogate wait for their other half. */
function utf16Cut(chunk: Buffer, highByteOffset: 0 | 1): number {
  const even = chunk.length & ~1;
  if (even < 2) return even;
  const high = chunk[even - 2 + highByteOffset] ?? 0;
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

function decodeUtf16be(whole: Buffer): string {
  return Buffer.from(whole).swap16().toString("utf16le");
}

/** The 27 characters that Windows-1252 puts where Latin-1 has control codes; five places are empty and stay as they are. */
const WINDOWS_1252_80_9F = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

// Own table and not TextDecoder: several Node releases decode "windows-1252" as plain Latin-1.
function decodeWindows1252(chunk: Buffer): string {
  const latin = chunk.toString("latin1");
  return latin.replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252_80_9F[char.charCodeAt(0) - 0x80] ?? char);
}

/** UTF-16 without mark: text of western files has a zero in every second byte, and no zero byte is text elsewhere. */
function detectUtf16(head: Uint8Array): "utf-16le" | "utf-16be" | null {
  const span = Math.min(head.length & ~1, 4096);
  if (span < 4) return null;
  let zeroEven = 0;
  let zeroOdd = 0;
  for (let at = 0; at < span; at += 2) {
    if (head[at] === 0) zeroEven++;
    if (head[at + 1] === 0) zeroOdd++;
  }
  const many = span * 0.2; // 40 % of the pairs
  if (zeroOdd > many && zeroEven * 10 < zeroOdd) return "utf-16le";
  if (zeroEven > many && zeroOdd * 10 < zeroEven) return "utf-16be";
  return null;
}

/** Counts well-formed multi-byte sequences (RFC 3629) and bytes that belong to none. */
function countSequences(head: Uint8Array, complete: boolean): { good: number; broken: number } {
  let good = 0;
  let broken = 0;
  for (let at = 0; at < head.length; ) {
    const lead = head[at] ?? 0;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = sequenceLength(lead);
    if (length > 1 && at + length > head.length && !complete) break;
    if (length > 1 && isWellFormed(head, at, length)) {
      good++;
      at += length;
    } else {
      broken++;
      at++;
    }
  }
  return { good, broken };
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 1;
}

function isWellFormed(bytes: Uint8Array, at: number, length: number): boolean {
  for (let next = 1; next < length; next++) {
    if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return false;
  }
  const lead = bytes[at];
  const second = bytes[at + 1] ?? 0;
  if (lead === 0xe0) return second >= 0xa0; // overlong
  if (lead === 0xed) return second <= 0x9f; // surrogates
  if (lead === 0xf0) return second >= 0x90; // overlong
  if (lead === 0xf4) return second <= 0x8f; // beyond U+10FFFF
  return true;
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

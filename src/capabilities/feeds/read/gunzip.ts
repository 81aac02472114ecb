import { crc32 } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { inflateFrom } from "./inflate.ts";

/** Tools that pack in blocks make a member per 64 KiB; more than this only keeps us busy. */
const MOST_MEMBERS = 100_000;

/**
 * Unpacks a gzip file (RFC 1952): all its members one after the other, each held to its checksum and size. What follows the last member and is no
 * member is left out, as gzip itself does. Throws an error when a member is damaged or cut off.
 *
 * Own loop over zlib's raw streams, because Node's gunzip throws at rubbish behind the last member and drops what it had already unpacked.
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Buffer> {
  let at = 0;
  for (let member = 0; member < MOST_MEMBERS; member++) {
    const dataAt = await headerEnd(source, at);
    if (dataAt === null) {
      if (member === 0) throw new Error("no gzip header");
      return;
    }
    const place = { packedEnd: dataAt };
    let checksum = 0;
    let size = 0;
    for await (const chunk of inflateFrom(source, dataAt, place)) {
      checksum = crc32(chunk, checksum);
      size += chunk.length;
      yield chunk;
    }
    const trailer = await source.read(place.packedEnd, 8);
    if (
      trailer.length < 8 ||
      trailer.readUInt32LE(0) !== checksum ||
      trailer.readUInt32LE(4) !== size % 2 ** 32
    ) {
      throw new Error("gzip member damaged or cut off");
    }
    at = place.packedEnd + 8;
    if (at >= source.sizeBytes) return;
  }
  throw new Error("too many gzip members");
}

const FLAG_CHECKSUM = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/** Where the packed bytes of the member at `at` begin; null when no member begins there. */
async function headerEnd(source: ByteSource, at: number): Promise<number | null> {
  // Names and comments in headers are short; 64 KiB is the most an extra field can have.
  const header = await source.read(at, 68 * 1024);
  if (header.length < 10 || header[0] !== 0x1f || header[1] !== 0x8b || header[2] !== 8) return null;
  const flags = header[3] ?? 0;
  let end = 10;
  if ((flags & FLAG_EXTRA) !== 0) end += 2 + (header.length >= 12 ? header.readUInt16LE(10) : 0);
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const zero = header.indexOf(0, end);
    if (zero === -1) throw new Error("gzip header cut off");
    end = zero + 1;
  }
  if ((flags & FLAG_CHECKSUM) !== 0) end += 2;
  return at + end;
}

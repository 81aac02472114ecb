import { crc32 } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { spool } from "./byte-source.ts";
import type { Entry, Opening } from "./container.ts";
import { isSystemLitter, nameFault } from "./entry-name.ts";
import { inflateFrom } from "./inflate.ts";

/**
 * Reads a zip without its directory from the front: local header, packed bytes, next header. Gives the entries that are complete and whose checksum
 * is right, and ends at the first that is not. Only stored entries of known size and deflated ones are read; that is what tools write.
 * An entry is unpacked before it is given, because only then it is known to be whole.
 */
export async function* recoverZip(source: ByteSource, opening: Opening): AsyncGenerator<Entry> {
  const { allowance, name } = opening;
  const seen = new Set<string>();
  let at = 0;
  for (;;) {
    const header = await readHeader(source, at);
    if (header === null) return;
    allowance.takeEntry(name);
    const unpacked = await unpackAt(source, header, opening);
    if (unpacked === null) return;
    try {
      const isWanted = !header.name.endsWith("/") && !isSystemLitter(header.name) && !seen.has(header.name);
      const refusal = isWanted ? nameFault(header.name, allowance.limits.nameBytes) : null;
      seen.add(header.name);
      if (refusal !== null) yield { name: header.name, refusal };
      else if (isWanted) yield { name: header.name, bytes: unpacked.content.stream() };
    } finally {
      await unpacked.content.close();
    }
    at = unpacked.end;
  }
}

interface LocalHeader {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly dataAt: number;
}

const SIGNATURE = 0x04034b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;

async function readHeader(source: ByteSource, at: number): Promise<LocalHeader | null> {
  const fixed = await source.read(at, 30);
  if (fixed.length < 30 || fixed.readUInt32LE(0) !== SIGNATURE) return null;
  const nameLength = fixed.readUInt16LE(26);
  const name = await source.read(at + 30, nameLength);
  if (name.length < nameLength) return null;
  return {
    name: name.toString("utf8"),
    flags: fixed.readUInt16LE(6),
    method: fixed.readUInt16LE(8),
    crc: fixed.readUInt32LE(14),
    packedBytes: fixed.readUInt32LE(18),
    dataAt: at + 30 + nameLength + fixed.readUInt16LE(28),
  };
}

/** The unpacked entry and where the next begins, or null when it is not whole. */
async function unpackAt(
  source: ByteSource,
  header: LocalHeader,
  { allowance, name }: Opening,
): Promise<{ content: ByteSource; end: number } | null> {
  const sizesFollow = (header.flags & SIZES_FOLLOW) !== 0;
  if ((header.flags & ENCRYPTED) !== 0 || (header.method === 0 ? sizesFollow : header.method !== 8))
    return null;
  const check = { crc: 0, packedEnd: header.dataAt + header.packedBytes };
  const bytes =
    header.method === 0
      ? source.stream(header.dataAt, check.packedEnd)
      : inflateFrom(source, header.dataAt, check);
  async function* counted() {
    for await (const chunk of bytes) {
      check.crc = crc32(chunk, check.crc);
      yield chunk;
    }
  }
  let content: ByteSource;
  try {
    content = await spool(counted(), allowance.limits.memoryBytes, (more) => allowance.take(more, name));
  } catch (error) {
    if (allowance.isSpent || (error instanceof Error && "syscall" in error)) throw error;
    return null; // cut off inside the entry: the caller says so
  }
  const { crc, end } = sizesFollow
    ? await readDescriptor(source, check.packedEnd)
    : { crc: header.crc, end: check.packedEnd };
  if (crc === check.crc && check.packedEnd <= source.sizeBytes) return { content, end };
  await content.close();
  return null;
}

async function readDescriptor(source: ByteSource, at: number): Promise<{ crc: number; end: number }> {
  const bytes = await source.read(at, 24);
  if (bytes.length < 12) return { crc: -1, end: at };
  const signed = bytes.readUInt32LE(0) === DESCRIPTOR_SIGNATURE;
  const crcAt = signed ? 4 : 0;
  const end = at + crcAt + 12;
  return { crc: bytes.readUInt32LE(crcAt), end };
}

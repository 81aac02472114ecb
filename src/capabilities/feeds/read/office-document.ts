import type { Head, PartInput, ReadOptions, RowSink } from "../format.ts";
import { UnreadablePart } from "../format.ts";
import { bytesInMemory } from "./byte-source.ts";
import { readInThread, THREAD_LIMITS, wholeFile } from "./in-thread.ts";
import { checkZip } from "./open-zip.ts";
import { type Allowance, createAllowance, UNPACK_LIMITS } from "./unpack-limits.ts";

/**
 * Whether a part is a zip whose first entries lie in the folder of one kind of Office document (`xl/`, `word/`). The directory stands
 * at the end, so the local headers at the beginning are looked at; every writer puts the main folder or
 * `[Content_Types].xml` among the first.
 */
export function isOfficeDocument(head: Head, folder: string): boolean {
  const { bytes } = head;
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes[2] !== 3 || bytes[3] !== 4) return false;
  const text = Buffer.from(bytes).toString("latin1");
  return text.includes(`PK\x03\x04`) && new RegExp(`PK\\x03\\x04[\\s\\S]{26}${folder}`).test(text);
}

/** What a document may hold when unpacked. A sheet of a million rows has some 300 MB of XML; libraries build all of a text document in memory. */
const UNPACKED_BYTES = 768 * 1024 ** 2;

export function documentAllowance(packedBytes: number): Allowance {
  return createAllowance({ ...UNPACK_LIMITS, unpackedBytes: UNPACKED_BYTES }, packedBytes);
}

/** Judges the zip that the document is before any library touches it, then reads it in a thread. */
export async function readOfficeInThread(
  module: URL,
  part: PartInput,
  sink: RowSink,
  options: ReadOptions,
): Promise<void> {
  const bytes = await wholeFile(part, THREAD_LIMITS.fileBytes);
  const allowance = documentAllowance(bytes.length);
  await checkZip(bytesInMemory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)), {
    allowance,
    name: part.name,
  });
  const copy = {
    ...part,
    name: part.name,
    sizeBytes: bytes.length,
    bytes: () => once(bytes),
    text: () => part.text(),
  };
  await readInThread(module, copy, sink, options);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** For readers of documents in which nothing was found. */
export function noIndicators(what: string): UnreadablePart {
  return new UnreadablePart(
    "no-indicators",
    `No indicator was found in the ${what}. Hand the list in as CSV or text.`,
  );
}

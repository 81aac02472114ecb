import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl, { type Entry as ZipEntry } from "yauzl";
import { UnreadablePart } from "../format.ts";
import type { ByteSource } from "./byte-source.ts";
import { brokenContainer, type Entry, type Opening } from "./container.ts";
import { isSystemLitter, nameFault, shownName } from "./entry-name.ts";
import { recoverZip } from "./recover-zip.ts";
import { tooManyEntries } from "./unpack-limits.ts";

/**
 * Gives the files of a zip one after the other. The directory is read and judged first: the number of entries, the sizes they announce, and whether two
 * entries share bytes, which only bombs do. Links, names that lead elsewhere or come twice, encrypted entries and unknown packing methods are refused
 * one by one. Sizes and checksums are held to while reading. A zip that was cut off has lost its directory, which stands at the end:
 * then the files are read from the front as far as they are complete, and `broken` is thrown.
 */
export async function* openZip(source: ByteSource, opening: Opening): AsyncGenerator<Entry> {
  const { allowance, name } = opening;
  let directory: Directory | null = null;
  let lost: unknown = null;
  try {
    directory = await readDirectory(source, opening);
  } catch (error) {
    if (error instanceof UnreadablePart) throw error;
    lost = error;
  }
  if (directory === null) {
    yield* recoverZip(source, opening);
    throw brokenContainer(name, lost);
  }
  const seen = new Set<string>();
  for (const entry of directory.entries) {
    const entryName = nameOf(entry);
    allowance.takeEntry(name);
    if (entryName.endsWith("/") && entry.uncompressedSize === 0) continue;
    const refusal = faultOf(entry, entryName, seen, allowance.limits.nameBytes);
    if (refusal !== null) {
      yield { name: entryName, refusal };
    } else if (!isSystemLitter(entryName)) {
      allowance.expect(entry.uncompressedSize, `${name} > ${shownName(entryName)}`);
      seen.add(entryName);
      yield { name: entryName, bytes: contentOf(directory.zip, entry, `${name} > ${shownName(entryName)}`) };
    }
  }
}

/** Names of the entries of a zip, for telling documents from archives; empty when the directory cannot be read. */
export async function zipNames(source: ByteSource, opening: Opening): Promise<string[]> {
  try {
    return (await readDirectory(source, opening)).entries.map(nameOf);
  } catch {
    return [];
  }
}

/**
 * Throws when the zip inside a document (XLSX, DOCX) is beyond the allowance, encrypted or overlapping, by what its directory announces.
 * For libraries that unpack for themselves.
 */
export async function checkZip(source: ByteSource, opening: Opening): Promise<void> {
  await readDocument(source, opening);
}

/** The files of a document by name, after the same checks; each can be read more than once, and is held to what was announced. */
export async function zipFiles(
  source: ByteSource,
  opening: Opening,
): Promise<ReadonlyMap<string, () => AsyncGenerator<Buffer>>> {
  const { zip, entries } = await readDocument(source, opening);
  return new Map(entries.map((entry) => [nameOf(entry), () => contentOf(zip, entry, opening.name)] as const));
}

async function readDocument(source: ByteSource, opening: Opening): Promise<Directory> {
  let directory: Directory;
  try {
    directory = await readDirectory(source, opening);
  } catch (error) {
    throw error instanceof UnreadablePart ? error : brokenContainer(opening.name, error);
  }
  let announced = 0;
  for (const entry of directory.entries) {
    opening.allowance.takeEntry(opening.name);
    if (entry.isEncrypted()) throw encrypted(opening.name);
    announced += entry.uncompressedSize;
  }
  opening.allowance.expect(announced, opening.name);
  return directory;
}

interface Directory {
  readonly zip: yauzl.ZipFile;
  readonly entries: readonly ZipEntry[];
}

async function readDirectory(source: ByteSource, { allowance, name }: Opening): Promise<Directory> {
  const zip = await yauzl.fromRandomAccessReaderPromise(new SourceReader(source), source.sizeBytes, {
    autoClose: false,
    lazyEntries: true,
    // Names are judged one by one; the library would give up the archive at the first bad one.
    decodeStrings: false,
  });
  if (zip.entryCount > allowance.limits.entries) {
    throw new UnreadablePart("too-big", tooManyEntries(name, allowance.limits.entries));
  }
  const entries: ZipEntry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  if (overlap(entries)) {
    throw new UnreadablePart(
      "unsafe",
      `${name}: entries of the archive share the same bytes, as archive bombs do. Pack it again.`,
    );
  }
  return { zip, entries };
}

/** A local header has at least 30 bytes and the name before the packed bytes begin. */
function overlap(entries: readonly ZipEntry[]): boolean {
  const byPlace = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const entry of byPlace) {
    if (entry.relativeOffsetOfLocalHeader < end) return true;
    end = entry.relativeOffsetOfLocalHeader + 30 + entry.fileNameLength + entry.compressedSize;
  }
  return false;
}

class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;
  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#source.stream(start, end), { objectMode: false });
  }
  override close(done: (error: Error | null) => void): void {
    done(null); // whoever opened the source closes it
  }
}

function nameOf(entry: ZipEntry): string {
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

const FILE_KIND = 0o170000;
const REGULAR = 0o100000;

function faultOf(
  entry: ZipEntry,
  name: string,
  seen: ReadonlySet<string>,
  nameBytes: number,
): UnreadablePart | null {
  const fault = nameFault(name, nameBytes);
  if (fault !== null) return fault;
  const shown = shownName(name);
  if (entry.isEncrypted()) return encrypted(shown);
  const kind = (entry.externalFileAttributes >>> 16) & FILE_KIND;
  if (kind !== 0 && kind !== REGULAR) {
    return new UnreadablePart("unsafe", `${shown}: a link or device, not a file. Pack the file itself.`);
  }
  if (seen.has(name)) {
    return new UnreadablePart(
      "unsafe",
      `${shown}: a second entry of the same name. Give each file its own name.`,
    );
  }
  return entry.canDecodeFileData()
    ? null
    : new UnreadablePart(
        "unknown-format",
        `${shown}: packed by a method that is not read (${entry.compressionMethod}). Pack it as an ordinary zip.`,
      );
}

function encrypted(shown: string): UnreadablePart {
  return new UnreadablePart(
    "encrypted",
    `${shown}: the entry is encrypted. Hand it in without a password, over a protected channel.`,
  );
}

async function* contentOf(zip: yauzl.ZipFile, entry: ZipEntry, shown: string): AsyncGenerator<Buffer> {
  let checksum = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      // The library opens its streams over bytes: every chunk is a Buffer.
      const bytes = chunk as Buffer;
      checksum = crc32(bytes, checksum);
      yield bytes;
    }
  } catch (error) {
    throw error instanceof UnreadablePart ? error : brokenContainer(shown, error);
  }
  if (checksum !== entry.crc32) throw brokenContainer(shown, new Error("checksum"));
}

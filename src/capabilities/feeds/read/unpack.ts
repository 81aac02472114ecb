import { type PartInput, UnreadablePart } from "../format.ts";
import { type ByteSource, openFile, spool } from "./byte-source.ts";
import { brokenContainer, containerKind, type Entry, foreignArchive, type Opening } from "./container.ts";
import { decodeChunks } from "./decode.ts";
import { shownName } from "./entry-name.ts";
import { gunzip } from "./gunzip.ts";
import { HEAD_BYTES, headOf } from "./head.ts";
import { looksLikeMail, openMail } from "./open-mail.ts";
import { openTar } from "./open-tar.ts";
import { openZip, zipNames } from "./open-zip.ts";
import { createAllowance, UNPACK_LIMITS, type UnpackLimits } from "./unpack-limits.ts";

/**
 * A part of a delivery. When `refusal` is set the part could not be opened, and reading it throws that same error, so that
 * whoever reads parts treats it like any other part that cannot be read.
 */
export interface DeliveryPart extends PartInput {
  readonly refusal: UnreadablePart | null;
}

export interface UnpackOptions {
  readonly limits?: Partial<UnpackLimits>;
  /** Where parts too big for memory are held; default the system's. */
  readonly tempFolder?: string;
}

/**
 * Opens a delivered file into its parts, by content and never by name: gzip, zip, tar, mails with attachments, and these within each other; anything else
 * is one part. A part's name is the way to it, `surge.zip > lists/a.csv`, with deceptive characters escaped.
 *
 * **A part is valid until the next one is asked for**; then its memory or file is given back, also when the loop is left early.
 * What cannot be opened comes as a part with `refusal`: a damaged archive after the parts that were complete before the damage (`broken`), a single
 * entry that is `encrypted` or `unsafe` while the others go on, an archive beyond the limits (`too-big`), after which nothing more
 * of the delivery is opened. Throws only what the file system throws.
 */
export async function* openParts(
  file: { readonly path: string; readonly name: string },
  options: UnpackOptions = {},
): AsyncGenerator<DeliveryPart> {
  const source = await openFile(file.path);
  try {
    const allowance = createAllowance({ ...UNPACK_LIMITS, ...options.limits }, source.sizeBytes);
    yield* openSource(source, 1, { allowance, name: shownName(file.name) }, options.tempFolder);
  } finally {
    await source.close();
  }
}

type Open = (source: ByteSource, opening: Opening, tempFolder: string | undefined) => AsyncGenerator<Entry>;

async function* openSource(
  source: ByteSource,
  depth: number,
  opening: Opening,
  tempFolder: string | undefined,
): AsyncGenerator<DeliveryPart> {
  const { allowance, name } = opening;
  const head = await source.read(0, HEAD_BYTES);
  const foreign = foreignArchive(head);
  if (foreign !== null) {
    yield refusedPart(
      name,
      new UnreadablePart(
        "unknown-format",
        `${name}: a ${foreign} archive is not opened. Pack it as zip, tar or gzip.`,
      ),
    );
    return;
  }
  const open = await openerOf(source, head, opening);
  if (open === null || open === openMail) yield partOf(source, name, head);
  if (open === null) return;
  if (depth > allowance.limits.depth) {
    const message = `${name}: archives are packed within each other more than ${allowance.limits.depth} deep. Unpack the outer ones first.`;
    yield refusedPart(name, new UnreadablePart("too-big", message));
    return;
  }
  try {
    for await (const entry of open(source, opening, tempFolder)) {
      yield* openEntry(entry, depth, opening, tempFolder);
      if (allowance.isSpent) return;
    }
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    yield refusedPart(name, error);
  }
}

async function openerOf(source: ByteSource, head: Buffer, opening: Opening): Promise<Open | null> {
  switch (containerKind(head)) {
    case "gzip":
      return openGzip;
    case "tar":
      return (tar, at) => openTar(tar.stream(), at);
    case "zip":
      return (await isDocument(source, opening)) ? null : openZip;
    default:
      return looksLikeMail(headOf(opening.name, head, head.length === source.sizeBytes).text)
        ? openMail
        : null;
  }
}

/** Office documents and e-books are zips too, and are read as what they are. */
async function isDocument(source: ByteSource, opening: Opening): Promise<boolean> {
  const names = await zipNames(source, opening);
  return names.includes("[Content_Types].xml") || names[0] === "mimetype";
}

async function* openEntry(
  entry: Entry,
  depth: number,
  { allowance, name }: Opening,
  tempFolder: string | undefined,
): AsyncGenerator<DeliveryPart> {
  // A gzip has one entry, whose name is empty: it is the file itself, unpacked.
  const path = entry.name === "" ? name : `${name} > ${shownName(entry.name)}`;
  if ("refusal" in entry) {
    yield refusedPart(path, entry.refusal);
    return;
  }
  let source: ByteSource;
  try {
    source = await spool(
      entry.bytes,
      allowance.limits.memoryBytes,
      (bytes) => allowance.take(bytes, path),
      tempFolder,
    );
  } catch (error) {
    // A full disk is no fault of the delivery. A cut stream is the end of the whole container, which says so.
    if (!(error instanceof UnreadablePart)) throw isSystemError(error) ? error : brokenContainer(name, error);
    yield refusedPart(path, error);
    return;
  }
  try {
    yield* openSource(source, depth + 1, { allowance, name: path }, tempFolder);
  } finally {
    await source.close();
  }
}

/** One entry; the entries of the tar when there is one inside, so that `.tar.gz` streams by without being held whole. */
async function* openGzip(source: ByteSource, opening: Opening): AsyncGenerator<Entry> {
  try {
    const { first, all } = await withFirst(gunzip(source));
    if (containerKind(first) === "tar") yield* openTar(accounted(all, opening), opening);
    else yield { name: "", bytes: all };
  } catch (error) {
    throw error instanceof UnreadablePart || isSystemError(error)
      ? error
      : brokenContainer(opening.name, error);
  }
}

/** Bytes of the tar that are in no entry count as well: a tar of a thousand folders and no file is a bomb too. */
async function* accounted(
  bytes: AsyncIterable<Buffer>,
  { allowance, name }: Opening,
): AsyncGenerator<Buffer> {
  const before = allowance.spentBytes;
  let streamed = 0;
  for await (const chunk of bytes) {
    streamed += chunk.length;
    // What the entries took is part of what streamed by, and must not count twice.
    allowance.expect(Math.max(0, streamed - (allowance.spentBytes - before)), name);
    yield chunk;
  }
}

async function withFirst(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const early: Buffer[] = [];
  let length = 0;
  while (length < 512) {
    const next = await iterator.next();
    if (next.done === true) break;
    early.push(next.value);
    length += next.value.length;
  }
  const first = Buffer.concat(early);
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (first.length > 0) yield first;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    } finally {
      await iterator.return(undefined);
    }
  }
  return { first, all: all() };
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function partOf(source: ByteSource, name: string, head: Buffer): DeliveryPart {
  const { encoding } = headOf(name, head, head.length === source.sizeBytes);
  return {
    name,
    sizeBytes: source.sizeBytes,
    refusal: null,
    text: () => decodeChunks(source.stream(), encoding ?? "utf-8"),
    bytes: () => source.stream(),
  };
}

function refusedPart(name: string, refusal: UnreadablePart): DeliveryPart {
  // biome-ignore lint/correctness/useYield: it has nothing to yield
  async function* refuse(): AsyncGenerator<never> {
    throw refusal;
  }
  return { name, sizeBytes: 0, refusal, text: refuse, bytes: refuse };
}

import {
  type FeedFormat,
  type PartInput,
  type ReadOptions,
  type RowSink,
  UnreadablePart,
} from "../format.ts";
import { HEAD_BYTES, headOf } from "./head.ts";
import { loadFormats, recognise } from "./recognise.ts";
import { openParts } from "./unpack.ts";

/** Told of each part of a delivery in turn. Between `begin` and `end` its rows go to the sink. */
export interface DeliveryReader {
  begin(part: number, name: string): void;
  end(summary: PartReading): void;
  readonly sink: RowSink;
}

export interface PartReading {
  readonly part: number;
  readonly name: string;
  readonly format: string | null;
  readonly refusal: { readonly code: UnreadablePart["code"]; readonly reason: string } | null;
}

export interface DeliveryReadOptions extends ReadOptions {
  /** Id of the format as declared; without it the content decides. */
  readonly format?: string | undefined;
  /** Awaited before each piece of a part is read on: whoever takes the rows slows the reading down with it. */
  readonly pace?: (() => Promise<void>) | undefined;
}

/**
 * Reads a delivered file: opens archives, finds each part's format by content and reads it. A part that cannot be
 * read is refused with its reason and the next one goes on; rows read before a part broke stay valid.
 * @throws UnreadablePart when the file as a whole cannot be opened
 */
export async function readDelivery(
  file: { readonly path: string; readonly name: string },
  options: DeliveryReadOptions,
  reader: DeliveryReader,
): Promise<void> {
  const formats = await loadFormats();
  let part = 0;
  for await (const input of openParts(file)) {
    reader.begin(part, input.name);
    let format: FeedFormat | null = null;
    let refusal: PartReading["refusal"] = null;
    try {
      format = await formatOf(input, formats, options.format);
      await format.read(paced(input, options.pace), reader.sink, options);
    } catch (error) {
      if (!(error instanceof UnreadablePart)) throw error;
      refusal = { code: error.code, reason: error.message };
    }
    reader.end({ part: part++, name: input.name, format: format?.id ?? null, refusal });
  }
}

async function formatOf(
  input: PartInput,
  formats: readonly FeedFormat[],
  declared: string | undefined,
): Promise<FeedFormat> {
  if (declared !== undefined) {
    const format = formats.find((known) => known.id === declared);
    if (format !== undefined) return format;
    const ids = formats.map((known) => known.id).join(", ");
    throw new UnreadablePart("unknown-format", `There is no format "${declared}". Known are: ${ids}.`);
  }
  const found = recognise(
    headOf(input.name, await firstBytes(input), input.sizeBytes <= HEAD_BYTES),
    formats,
  );
  if (found !== null) return found.format;
  throw new UnreadablePart(
    "unknown-format",
    `${input.name}: no known format fits the content. Hand it in as CSV, STIX, MISP, XLSX or plain text, or name the format.`,
  );
}

function paced(input: PartInput, pace: DeliveryReadOptions["pace"]): PartInput {
  if (pace === undefined) return input;
  async function* wait<T>(pieces: AsyncIterable<T>): AsyncIterable<T> {
    for await (const piece of pieces) {
      await pace?.();
      yield piece;
    }
  }
  return {
    name: input.name,
    sizeBytes: input.sizeBytes,
    text: () => wait(input.text()),
    bytes: () => wait(input.bytes()),
  };
}

async function firstBytes(input: PartInput): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of input.bytes()) {
    pieces.push(piece);
    length += piece.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES);
}

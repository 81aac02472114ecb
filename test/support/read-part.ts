import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import {
  type Claim,
  type FeedFormat,
  type PartInput,
  type ReadOptions,
  type Refusal,
  UnreadablePart,
} from "../../src/capabilities/feeds/format.ts";
import { decodeChunks } from "../../src/capabilities/feeds/read/decode.ts";
import { headOf } from "../../src/capabilities/feeds/read/head.ts";

/** Everything one reading of a part said. `unreadable` is null when the part could be read. */
export interface ReadPart {
  rows: number;
  claims: Claim[];
  refusals: Refusal[];
  unreadable: UnreadablePart | null;
}

/**
 * Reads a sample with one format: a path, or bytes (named `sample` then). `chunkBytes` sets how the bytes arrive.
 * `UnreadablePart` is an answer and is returned; anything else a format throws is a fault and comes through.
 */
export async function readSample(
  format: FeedFormat,
  sample: string | Uint8Array,
  options: ReadOptions & { name?: string; chunkBytes?: number } = {},
): Promise<ReadPart> {
  const bytes = typeof sample === "string" ? await readFile(sample) : sample;
  const name = options.name ?? (typeof sample === "string" ? basename(sample) : "sample");
  const answer: ReadPart = { rows: 0, claims: [], refusals: [], unreadable: null };
  // What the contract of RowSink demands: everything between two calls of row() speaks of one and the same row.
  let spokenOf: number | "none" | "before any row" = "before any row";
  const belongs = (row: number) => {
    if (spokenOf === "before any row") throw new Error(`row ${row} is spoken of before row() was called`);
    if (spokenOf !== "none" && spokenOf !== row)
      throw new Error(`row ${row} is spoken of within row ${spokenOf}`);
    spokenOf = row;
  };
  const sink = {
    row: () => {
      answer.rows++;
      spokenOf = "none";
    },
    claim: (claim: Claim) => {
      belongs(claim.row);
      answer.claims.push(claim);
    },
    refuse: (refusal: Refusal) => {
      belongs(refusal.row);
      answer.refusals.push(refusal);
    },
  };
  try {
    await format.read(partOf(name, bytes, options.chunkBytes), sink, options);
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    answer.unreadable = error;
  }
  return answer;
}

/** A part over bytes in memory, delivered in chunks of `chunkBytes` (default 64 KiB), readable more than once. */
export function partOf(name: string, bytes: Uint8Array, chunkBytes = 64 * 1024): PartInput {
  const { encoding } = headOf(name, bytes, true);
  async function* chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  return {
    name,
    sizeBytes: bytes.length,
    text: () => decodeChunks(chunks(), encoding ?? "utf-8"),
    bytes: chunks,
  };
}

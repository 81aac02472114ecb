import type { Head } from "../format.ts";
import { decodeWhole, detectEncoding, type Encoding } from "./decode.ts";

/** How many bytes of a part recognition looks at. */
export const HEAD_BYTES = 64 * 1024;

/** A `Head`, and the encoding that the whole part is then decoded with (`null`: not text). */
export interface DetectedHead extends Head {
  readonly encoding: Encoding | null;
}

/**
 * Makes the head of a part from its first bytes (at most 64 KiB of them are used). `complete` says whether `bytes`
 * is the whole part. Text is decoded with the encoding found; binary parts have an empty text.
 */
export function headOf(name: string, bytes: Uint8Array, complete: boolean): DetectedHead {
  const head = bytes.subarray(0, HEAD_BYTES);
  const whole = complete && head.length === bytes.length;
  const encoding = detectEncoding(head, whole);
  if (isBinary(head, encoding)) return { name, text: "", bytes: head, complete: whole, encoding: null };
  return { name, text: decodeWhole(head, encoding, whole), bytes: head, complete: whole, encoding };
}

/** First bytes of containers whose content must not be read as text even where it looks like it. */
const BINARY_STARTS = [
  [0x50, 0x4b, 0x03, 0x04], // zip, xlsx, docx
  [0x50, 0x4b, 0x05, 0x06], // empty zip
  [0x1f, 0x8b], // gzip
  [0x25, 0x50, 0x44, 0x46, 0x2d], // PDF
  [0xd0, 0xcf, 0x11, 0xe0], // old Office
  [0x42, 0x5a, 0x68], // bzip2
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x28, 0xb5, 0x2f, 0xfd], // zstd
  [0x37, 0x7a, 0xbc, 0xaf], // 7-zip
] as const;

/** One NUL in 64 KiB is a slip in a text; one in a hundred bytes is a binary file. */
function isBinary(head: Uint8Array, encoding: Encoding): boolean {
  if (BINARY_STARTS.some((start) => start.every((byte, at) => head[at] === byte))) return true;
  if (encoding === "utf-16le" || encoding === "utf-16be") return false;
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros * 100 > head.length;
}

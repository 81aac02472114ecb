import { UnreadablePart } from "../format.ts";
import type { Allowance } from "./unpack-limits.ts";

/** One file in a container: either its bytes, to be read once and before the next entry is asked for, or why there are none. */
export type Entry =
  | { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }
  | { readonly name: string; readonly refusal: UnreadablePart };

/** The account of the delivery and the name under which people know this container. */
export interface Opening {
  readonly allowance: Allowance;
  readonly name: string;
}

/** What a container's first bytes say that it is; null for a part that is read as it is. */
export type ContainerKind = "gzip" | "zip" | "tar";

export function containerKind(head: Uint8Array): ContainerKind | null {
  if (startsWith(head, [0x1f, 0x8b, 0x08])) return "gzip";
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) return "zip";
  return isTarHeader(head) ? "tar" : null;
}

/** Archives that are not opened, by name, so that the answer can say what to do. */
export function foreignArchive(head: Uint8Array): string | null {
  return FOREIGN.find(([start]) => startsWith(head, start))?.[1] ?? null;
}

const FOREIGN: readonly (readonly [readonly number[], string])[] = [
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "7-Zip"],
  [[0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], "RAR"],
  [[0x42, 0x5a, 0x68], "bzip2"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz"],
  [[0x28, 0xb5, 0x2f, 0xfd], "Zstandard"],
  [[0x1f, 0x9d], "compress"],
];

function startsWith(head: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => head[at] === byte);
}

/** A tar begins with a header whose checksum is right; older ones carry no other mark. */
function isTarHeader(head: Uint8Array): boolean {
  if (head.length < 512 || head[0] === 0) return false;
  const field = Buffer.from(head.subarray(148, 156)).toString("latin1");
  const said = /^\s*([0-7]{1,7})[\s\0]*$/.exec(field)?.[1];
  if (said === undefined) return false;
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 32 : (head[at] ?? 0);
  return sum === Number.parseInt(said, 8);
}

export function brokenContainer(name: string, cause: unknown): UnreadablePart {
  return new UnreadablePart(
    "broken",
    `${name}: the archive is damaged or was cut off. What was complete before the damage is taken; hand the file in again.`,
    { cause },
  );
}

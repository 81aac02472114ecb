import { UnreadablePart } from "../format.ts";

/**
 * What an archive may cost us. An honest delivery stays far below each; a bomb has to pass at least one.
 * A day of a national feed is some 100 MB of CSV, which packs 5 to 20 times, rarely 100 times.
 */
export const UNPACK_LIMITS = {
  /** Everything that comes out of one delivered file, containers inside it included. Spooled to disk, never to memory. */
  unpackedBytes: 4 * 1024 ** 3,
  /** Unpacked bytes per delivered byte. Deflate reaches 1,032 with zeros only, CSV hardly 100. */
  ratio: 200,
  /** Below this the ratio says nothing: an empty table of a thousand rows packs very well. */
  ratioFromBytes: 10 * 1024 ** 2,
  /** Files and folders in all containers together: each costs memory for its name and a line in the receipt. */
  entries: 10_000,
  /** Containers within containers. A `.tar.gz` is one. */
  depth: 3,
  /** Bytes of a name. Names are shown and never used; longer ones only fill receipts. */
  nameBytes: 1024,
  /** Parts up to this size are held in memory, larger ones in a file. At most `depth + 1` are held at a time. */
  memoryBytes: 4 * 1024 ** 2,
} as const;

export type UnpackLimits = { readonly [limit in keyof typeof UNPACK_LIMITS]: number };

/** Keeps the account of one delivery over all its containers. Once a limit is passed every further `take` throws. */
export interface Allowance {
  readonly limits: UnpackLimits;
  /** Throws `UnreadablePart("too-big")` when `bytes` more from `name` pass a limit. */
  take(bytes: number, name: string): void;
  /** One entry more, of whatever kind. */
  takeEntry(archive: string): void;
  /** Throws at once when an archive announces more than is left. */
  expect(bytes: number, name: string): void;
  readonly spentBytes: number;
  /** A limit was passed: nothing more of this delivery is opened. */
  readonly isSpent: boolean;
}

export function createAllowance(limits: UnpackLimits, deliveredBytes: number): Allowance {
  const spent = { bytes: 0, entries: 0, over: false };
  const check = (bytes: number, name: string) => {
    if (bytes > limits.unpackedBytes) {
      throw over(
        `${name}: unpacks to more than ${mebibytes(limits.unpackedBytes)}. Split the delivery into smaller files.`,
      );
    }
    if (bytes > limits.ratioFromBytes && bytes > limits.ratio * deliveredBytes) {
      throw over(
        `${name}: unpacks to more than ${limits.ratio} times its packed size, as archive bombs do. Hand the file in unpacked.`,
      );
    }
  };
  const over = (message: string) => {
    spent.over = true;
    return new UnreadablePart("too-big", message);
  };
  return {
    limits,
    take(bytes, name) {
      spent.bytes += bytes;
      check(spent.bytes, name);
    },
    takeEntry(archive) {
      spent.entries++;
      if (spent.entries > limits.entries) throw over(tooManyEntries(archive, limits.entries));
    },
    expect: (bytes, name) => check(spent.bytes + bytes, name),
    get spentBytes() {
      return spent.bytes;
    },
    get isSpent() {
      return spent.over;
    },
  };
}

/** The sentence for an archive that holds, or claims to hold, too many entries. */
export function tooManyEntries(archive: string, limit: number): string {
  return `${archive}: more than ${limit} entries. Split the archive.`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

/** The beginning of one part of a delivery, for recognition only: never the whole file. */
export interface Head {
  /** Name as delivered. A hint for people; formats are found by content. */
  readonly name: string;
  /** The first 64 KiB, decoded, without byte-order mark. Empty for binary parts. */
  readonly text: string;
  /** The first 64 KiB as received. */
  readonly bytes: Uint8Array;
  /** Whether `text` is the whole part. */
  readonly complete: boolean;
}

/** One part of a delivery (the file itself, or one entry of an archive), readable more than once. */
export interface PartInput {
  readonly name: string;
  readonly sizeBytes: number;
  /** Decoded text in chunks of any size, without byte-order mark, newlines as received. Pauses while the pipeline is behind. */
  text(): AsyncIterable<string>;
  /** Bytes as received. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** One thing that one row says about one observable. A row that speaks of three observables gives three claims. */
export interface Claim {
  /** 1-based: the line of a text file, the record of a JSON array, the row of a sheet (header counted). */
  readonly row: number;
  /** The value exactly as the source wrote it, still defanged. */
  readonly value: string;
  /** What the format says the value is; without it the value is recognised by its shape. */
  readonly type?: ObservableType | undefined;
  /** Without it the delivery's role, then the operation's declared default, applies. */
  readonly role?: ThreatRole | undefined;
  readonly families?: readonly string[] | undefined;
  /** Milliseconds since the epoch, UTC. */
  readonly firstSeen?: number | undefined;
  readonly lastSeen?: number | undefined;
  /** After this instant the source no longer stands by the claim (STIX `valid_until`). */
  readonly validUntil?: number | undefined;
  /** "offline" is a negative observation at `lastSeen` (C-5). Default: a positive one. */
  readonly status?: "online" | "offline" | undefined;
  readonly port?: number | undefined;
  /** ISO 3166-1 alpha-2, the source's own word about where the thing is hosted. */
  readonly country?: string | undefined;
  /** 0-100 as given by the source; never converted from or to another scale. */
  readonly confidence?: number | undefined;
  /** Brand, bank or ministry that a phishing page imitates. */
  readonly target?: string | undefined;
  /** A marking on this very object, e.g. `TLP:AMBER`, `PAP:RED`; the stricter of this and the delivery's wins. */
  readonly markings?: readonly string[] | undefined;
  /** Lineage: who the source says it had this from (reference, reporter feed, upstream list). Origins are counted by it. */
  readonly reference?: string | undefined;
}

/** Why a row was not taken. `code` is a closed list so that receipts can count and partners can mend. */
export const REFUSAL_CODES = [
  "malformed", // the value is not what the row says it is
  "empty", // no value where one is required
  "unsupported", // a kind of value Muster does not fuse
  "withdrawn", // deleted or revoked by the source itself
  "reserved-range", // private, documentation, multicast ... address
  "shielded", // public resolver, popular site, the product's own infrastructure
  "future-date",
  "out-of-window",
  "too-long",
  "bad-row", // the row itself cannot be read: ragged CSV, broken JSON, wrong number of columns
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly row: number;
  readonly code: RefusalCode;
  /** One sentence for the partner: what is wrong and how to mend it. */
  readonly reason: string;
  /** The row or value as received, cut at 4 KiB. */
  readonly raw: string;
}

/** Where a format puts what it reads. Synchronous and cheap: it is called a million times. */
export interface RowSink {
  /**
   * A row of the part was met (also when it is then refused). Comments, blank lines and headers are not rows. Called
   * before the row's claims and refusals: what follows belongs to this row until the next call.
   */
  row(): void;
  claim(claim: Claim): void;
  refuse(refusal: Refusal): void;
}

export interface ReadOptions {
  /** Column mapping remembered for this source, or declared with the delivery: canonical field -> column name. */
  readonly mapping?: Readonly<Record<string, string>> | undefined;
  /** Zone of dates without one; default UTC. */
  readonly timeZone?: string | undefined;
}

/**
 * A feed format: code that reads the bytes of one kind of file (a feed is who sends, a delivery is one received
 * file). One folder `formats/<id>/` with `format.ts` (default export), a sample and `expected.json`; start-up
 * finds the folder, nothing else is edited.
 */
export interface FeedFormat {
  readonly id: string;
  readonly title: string;
  /**
   * How surely this part is of this format, by content: 0 not at all; 100 cannot be anything else.
   * Specific formats answer 80-100, generic ones (CSV, JSON lines, plain list, free text) 10-60.
   */
  recognise(head: Head): number;
  /** Reads the part. Throws `UnreadablePart` when the part as a whole cannot be read; single bad rows are refused. */
  read(part: PartInput, sink: RowSink, options: ReadOptions): Promise<void>;
}

export function defineFeedFormat(format: FeedFormat): FeedFormat {
  return format;
}

/** The part as a whole is refused; nothing of it is taken. `code` is stable, the message names the mend. */
export class UnreadablePart extends Error {
  override readonly name = "UnreadablePart";
  readonly code:
    | "unknown-format"
    | "broken"
    | "no-indicators"
    | "too-big"
    | "encrypted"
    | "unsafe"
    | "timeout";
  constructor(code: UnreadablePart["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

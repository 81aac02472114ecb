import type { RefusalCode } from "#capabilities/feeds/index.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";

/**
 * One batch as the parse thread hands it to the writer: encoded claims in the order of the file, and which of them the
 * writer takes in which order. Typed arrays only, so that they move between threads without being copied. Sorted COPY
 * into a primary key costs less than half of an unsorted one (an earlier trial: 1.75 s against 4.4 s for 0.9 million rows).
 */
export interface IntakeBatch {
  readonly number: number;
  readonly part: number;
  /** Rows met, and of these those with at least one claim that was taken. */
  readonly rows: number;
  readonly rowsTaken: number;
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly refusedRows: readonly EncodedRefusal[];
  /** Markings met inside the data, beyond the delivery's own handling; a claim names one by its place here. */
  readonly markings: readonly string[];
  readonly claims: EncodedClaims;
  /** Role, type and country of threats, for the counters; a claim names one by its place here. */
  readonly groups: readonly CounterGroup[];
  /** The first claim of each distinct threat, sorted by id. */
  readonly threats: Uint32Array;
  /** The first claim of each distinct assertion, sorted by (threat, content). */
  readonly assertions: Uint32Array;
  /** Of each of `assertions` the place of its threat in `threats`. */
  readonly threatOf: Uint32Array;
}

export interface EncodedRefusal {
  readonly row: number;
  readonly ordinal: number;
  readonly code: RefusalCode;
  readonly reason: string;
  readonly raw: string;
}

/**
 * Claims in the order of the file, repetitions included, in memory that both threads share and that is used again once
 * the batch is written. Buffers that were moved instead made the garbage collectors of both threads run for every batch.
 */
export interface EncodedClaims {
  readonly count: number;
  /** `KEY_BYTES` each: 16 bytes of threat id and 8 of content. */
  readonly keys: Uint8Array<SharedArrayBuffer>;
  /** Binary COPY tuples; sequence and audience set are still zero at their fixed places. */
  readonly threatTuples: Uint8Array<SharedArrayBuffer>;
  /** The tuple of claim n lies between [n] and [n + 1]. */
  readonly threatEnds: Uint32Array<SharedArrayBuffer>;
  /** Binary COPY tuples; the audience is still zero at its fixed place. */
  readonly assertionTuples: Uint8Array<SharedArrayBuffer>;
  readonly assertionEnds: Uint32Array<SharedArrayBuffer>;
  /** Place in `groups`. */
  readonly group: Uint16Array<SharedArrayBuffer>;
  /** Row of the batch, counted from 0. */
  readonly row: Uint32Array<SharedArrayBuffer>;
  /** 0 = the delivery's own handling, n = `markings[n - 1]` on top of it. */
  readonly marking: Uint16Array<SharedArrayBuffer>;
}

export interface CounterGroup {
  readonly role: number;
  readonly type: number;
  readonly country: string;
}

/**
 * The content of an assertion: 8 bytes of SHA-256 over what was said, in the form in which it is stored, joined with
 * who said it. The value as written is left out: two spellings of one statement are one statement.
 */
export const CONTENT_BYTES = 8;
/** Threat id and content: the primary key of an assertion. */
export const KEY_BYTES = THREAT_ID_BYTES + CONTENT_BYTES;

/** Bytes before the patched fields of a threat tuple: field count, id, sequence's length word. */
export const THREAT_SEQUENCE_OFFSET = 2 + 4 + 16 + 4;
export const THREAT_AUDIENCE_SET_OFFSET = THREAT_SEQUENCE_OFFSET + 8 + 4;
/** The same of an assertion tuple: field count, threat, content, audience's length word. */
export const ASSERTION_AUDIENCE_OFFSET = 2 + 4 + 16 + 4 + 8 + 4;

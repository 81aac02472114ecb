import type { RefusalCode } from "#capabilities/feeds/index.ts";

/**
 * One batch as the parse thread hands it to the writer. Typed arrays and encoded rows only, so that they move
 * between threads without being copied. Threats are sorted by id, assertions by (threat, content): sorted COPY into
 * a primary key costs less than half of an unsorted one (an earlier trial: 1.75 s against 4.4 s for 0.9 million rows).
 */
export interface IntakeBatch {
  readonly number: number;
  readonly part: number;
  /** Rows met, and of these those with at least one claim that was taken. */
  readonly rows: number;
  readonly rowsTaken: number;
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly refusedRows: readonly EncodedRefusal[];
  /** Markings met inside the data, beyond the delivery's own handling; an assertion names one by its place here. */
  readonly markings: readonly string[];
  readonly threats: EncodedThreats;
  readonly assertions: EncodedAssertions;
}

export interface EncodedRefusal {
  readonly row: number;
  readonly ordinal: number;
  readonly code: RefusalCode;
  readonly reason: string;
  readonly raw: string;
}

/** Distinct threats. `rows` are binary COPY tuples; sequence and audience set are still zero at their fixed places. */
export interface EncodedThreats {
  readonly count: number;
  /** 16 bytes each. */
  readonly ids: Uint8Array<ArrayBuffer>;
  readonly rows: Uint8Array<ArrayBuffer>;
  /** count + 1 offsets into `rows`. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Place in `groups` of each threat's role, type and country, for the counters. */
  readonly group: Uint16Array<ArrayBuffer>;
  readonly groups: readonly CounterGroup[];
}

export interface CounterGroup {
  readonly role: number;
  readonly type: number;
  readonly country: string;
}

/** Distinct assertions. The audience is still zero at its fixed place. */
export interface EncodedAssertions {
  readonly count: number;
  /** Place of the threat in `EncodedThreats`. */
  readonly threat: Uint32Array<ArrayBuffer>;
  /** 16 bytes of threat id and 8 of content each. */
  readonly keys: Uint8Array<ArrayBuffer>;
  readonly rows: Uint8Array<ArrayBuffer>;
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Row of the batch (counted from 0) that said it first. */
  readonly row: Uint32Array<ArrayBuffer>;
  /** 0 = the delivery's own handling, n = `markings[n - 1]` on top of it. */
  readonly marking: Uint16Array<ArrayBuffer>;
}

/** Bytes before the patched fields of a threat tuple: field count, id, sequence's length word. */
export const THREAT_SEQUENCE_OFFSET = 2 + 4 + 16 + 4;
export const THREAT_AUDIENCE_SET_OFFSET = THREAT_SEQUENCE_OFFSET + 8 + 4;
/** The same of an assertion tuple: field count, threat, content, audience's length word. */
export const ASSERTION_AUDIENCE_OFFSET = 2 + 4 + 16 + 4 + 8 + 4;

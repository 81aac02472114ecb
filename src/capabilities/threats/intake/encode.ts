import { hash } from "node:crypto";
import { BinaryRowEncoder } from "#platform/postgres/binary-rows.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";
import type { CounterGroup, EncodedAssertions, EncodedThreats } from "./batch.ts";
import { orderOf } from "./order.ts";

/** A claim with its identity and public facts, ready to be written down. Instants in milliseconds since the epoch. */
export interface EncodableClaim {
  /** 16 characters of latin1. */
  id: string;
  type: number;
  role: number;
  value: string;
  host: string | null;
  country: string | null;
  basis: number;
  flags: number;
  part: number;
  /** Row within the part, as the source counts, and within the batch, from 0. */
  row: number;
  batchRow: number;
  /** Place of the marking on the row itself, 0 = none. */
  marking: number;
  raw: string | null;
  isPositive: boolean;
  port: number | null;
  confidence: number | null;
  saidCountry: string | null;
  firstSeen: number | null;
  lastSeen: number | null;
  validUntil: number | null;
  families: readonly string[];
  target: string | null;
  reference: string | null;
}

/** Fields of an assertion tuple that stand before what the source said, and say only where it stands. */
const BYTES_BEFORE_STATEMENT = 2 + (4 + 16) + (4 + 8) + (4 + 4) + (4 + 4) + (4 + 2) + (4 + 4);
const CONTENT_OFFSET = 2 + (4 + 16) + 4;
/**
 * The content of an assertion: 8 bytes of SHA-256 over what was said, in the form in which it is stored, joined with
 * who said it. The value as written is left out: two spellings of one statement are one statement.
 */
const CONTENT_BYTES = 8;
const KEY_BYTES = THREAT_ID_BYTES + CONTENT_BYTES;

/**
 * Writes claims down as both tables' binary COPY tuples in the order in which they come, and hands them out sorted by
 * (threat, content) and without repetitions. Only bytes are kept between, no objects: a batch of objects with
 * their strings kept the garbage collector at work.
 */
export interface TupleCollector {
  readonly count: number;
  /** @param sourceKey 8 bytes that stand for the source and the marking, from `sourceKeyOf` */
  add(claim: EncodableClaim, sourceKey: Uint8Array): void;
  /** The tables, and the collector is empty again. */
  take(): { readonly threats: EncodedThreats; readonly assertions: EncodedAssertions };
}

export function collectTuples(
  place: { readonly operation: number; readonly delivery: number },
  capacity: number,
): TupleCollector {
  let count = 0;
  const keys = Buffer.allocUnsafeSlow(capacity * KEY_BYTES);
  const threatEnds = new Uint32Array(capacity + 1);
  const assertionEnds = new Uint32Array(capacity + 1);
  const group = new Uint16Array(capacity);
  const row = new Uint32Array(capacity);
  const marking = new Uint16Array(capacity);
  let groups = groupTable();
  let threats = new BinaryRowEncoder(capacity * 120, "tuples");
  let assertions = new BinaryRowEncoder(capacity * 180, "tuples");
  return {
    get count() {
      return count;
    },
    add(claim, sourceKey) {
      writeThreat(threats, place.operation, claim);
      const from = assertions.sizeBytes;
      const said = writeAssertion(assertions, place.delivery, claim);
      const digest = hash("sha256", assertions.written(from + BYTES_BEFORE_STATEMENT, said), "binary");
      const at = count * KEY_BYTES;
      for (let i = 0; i < THREAT_ID_BYTES; i++) keys[at + i] = claim.id.charCodeAt(i);
      for (let i = 0; i < CONTENT_BYTES; i++)
        keys[at + THREAT_ID_BYTES + i] = digest.charCodeAt(i) ^ (sourceKey[i] ?? 0);
      assertions.overwrite(from + CONTENT_OFFSET, keys, at + THREAT_ID_BYTES, CONTENT_BYTES);
      group[count] = groups.placeOf(claim.role, claim.type, claim.country ?? "");
      row[count] = claim.batchRow;
      marking[count] = claim.marking;
      count++;
      threatEnds[count] = threats.sizeBytes;
      assertionEnds[count] = assertions.sizeBytes;
    },
    take() {
      const order = orderOf(keys, KEY_BYTES, count);
      const kept = keptPlaces(keys, order);
      const taken = {
        threats: {
          count: kept.threats.length,
          ids: gatherKeys(keys, kept.threats, THREAT_ID_BYTES),
          ...gatherTuples(threats.take(), threatEnds, kept.threats),
          group: Uint16Array.from(kept.threats, (claim) => group[claim] ?? 0),
          groups: groups.list,
        },
        assertions: {
          count: kept.assertions.length,
          threat: kept.threatOf,
          keys: gatherKeys(keys, kept.assertions, KEY_BYTES),
          ...gatherTuples(assertions.take(), assertionEnds, kept.assertions),
          row: Uint32Array.from(kept.assertions, (claim) => row[claim] ?? 0),
          marking: Uint16Array.from(kept.assertions, (claim) => marking[claim] ?? 0),
        },
      };
      count = 0;
      groups = groupTable();
      threats = new BinaryRowEncoder(capacity * 120, "tuples");
      assertions = new BinaryRowEncoder(capacity * 180, "tuples");
      return taken;
    },
  };
}

/** What stands for a source and a marking in the contents of assertions: 8 bytes of SHA-256. */
export function sourceKeyOf(source: string, marking: string): Uint8Array {
  return hash("sha256", `${source}\n${marking}`, "buffer").subarray(0, CONTENT_BYTES);
}

function writeThreat(rows: BinaryRowEncoder, operation: number, claim: EncodableClaim): void {
  rows.row(11);
  rows.fixed(claim.id);
  rows.int8(0); // sequence and audience set are the writer's to fill in, at fixed places
  rows.int4(0);
  rows.int2(operation);
  rows.int2(claim.type);
  rows.int2(claim.role);
  rows.int2(claim.basis);
  rows.int2(claim.flags);
  textOrNull(rows, claim.country);
  rows.text(claim.value);
  textOrNull(rows, claim.host);
}

/** Returns where the statement ends: what follows is how it was written. */
function writeAssertion(rows: BinaryRowEncoder, delivery: number, claim: EncodableClaim): number {
  rows.row(17);
  rows.fixed(claim.id);
  rows.int8(0); // content, filled in when the rest is written
  rows.int4(0); // audience, the writer's
  rows.int4(delivery);
  rows.int2(claim.part);
  rows.int4(claim.row);
  rows.int2(claim.isPositive ? 1 : 0);
  int4OrNull(rows, claim.port);
  if (claim.confidence === null) rows.null();
  else rows.int2(claim.confidence);
  textOrNull(rows, claim.saidCountry);
  instantOrNull(rows, claim.firstSeen);
  instantOrNull(rows, claim.lastSeen);
  instantOrNull(rows, claim.validUntil);
  if (claim.families.length === 0) rows.null();
  else rows.textArray(claim.families);
  textOrNull(rows, claim.target);
  textOrNull(rows, claim.reference);
  const end = rows.sizeBytes;
  textOrNull(rows, claim.raw);
  return end;
}

interface KeptPlaces {
  /** Claims whose threat tuple is kept: the first of each id. */
  readonly threats: number[];
  readonly assertions: number[];
  /** Of each kept assertion, the place of its threat among the kept. */
  readonly threatOf: Uint32Array<ArrayBuffer>;
}

function keptPlaces(keys: Buffer, order: Uint32Array): KeptPlaces {
  const threats: number[] = [];
  const assertions: number[] = [];
  const threatOf = new Uint32Array(order.length);
  let last = -1;
  for (const claim of order) {
    const same = last < 0 ? 0 : equalBytes(keys, last * KEY_BYTES, claim * KEY_BYTES);
    last = claim;
    if (same === KEY_BYTES) continue;
    if (same < THREAT_ID_BYTES) threats.push(claim);
    threatOf[assertions.length] = threats.length - 1;
    assertions.push(claim);
  }
  return { threats, assertions, threatOf: threatOf.slice(0, assertions.length) };
}

/** How many bytes of two keys are equal from the start. */
function equalBytes(keys: Buffer, a: number, b: number): number {
  for (let i = 0; i < KEY_BYTES; i++) if (keys[a + i] !== keys[b + i]) return i;
  return KEY_BYTES;
}

function gatherKeys(keys: Buffer, claims: readonly number[], width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(claims.length * width);
  let to = 0;
  for (const claim of claims) {
    const from = claim * KEY_BYTES;
    for (let i = 0; i < width; i++) out[to++] = keys[from + i] ?? 0;
  }
  return out;
}

/** The chosen tuples back to back, in an array buffer of their own that can move to another thread. */
function gatherTuples(tuples: Buffer, ends: Uint32Array, claims: readonly number[]) {
  const offsets = new Uint32Array(claims.length + 1);
  let size = 0;
  for (const claim of claims) size += (ends[claim + 1] ?? 0) - (ends[claim] ?? 0);
  const rows = Buffer.allocUnsafeSlow(size);
  let to = 0;
  claims.forEach((claim, place) => {
    offsets[place] = to;
    to += tuples.copy(rows, to, ends[claim], ends[claim + 1]);
  });
  offsets[claims.length] = to;
  return { rows: new Uint8Array(rows.buffer, 0, size), offsets };
}

function groupTable() {
  const list: CounterGroup[] = [];
  const places = new Map<number, number>();
  return {
    list,
    placeOf(role: number, type: number, country: string): number {
      // A number as key: a string made for each claim cost as much as the look-up.
      const code = country === "" ? 0 : country.charCodeAt(0) * 128 + country.charCodeAt(1);
      const key = (role * 64 + type) * 16_384 + code;
      let place = places.get(key);
      if (place === undefined) {
        place = list.push({ role, type, country }) - 1;
        places.set(key, place);
      }
      return place;
    },
  };
}

function textOrNull(rows: BinaryRowEncoder, text: string | null): void {
  if (text === null) rows.null();
  else rows.text(text);
}

function int4OrNull(rows: BinaryRowEncoder, value: number | null): void {
  if (value === null) rows.null();
  else rows.int4(value);
}

function instantOrNull(rows: BinaryRowEncoder, ms: number | null): void {
  if (ms === null) rows.null();
  else rows.timestamptz(ms);
}

import { hash } from "node:crypto";
import { BinaryRowEncoder, type SharedBuffer, sharedBuffer } from "#platform/postgres/binary-rows.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";
import {
  CONTENT_BYTES,
  type CounterGroup,
  type EncodedClaims,
  type IntakeBatch,
  KEY_BYTES,
} from "./batch.ts";
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
 * Writes claims down as both tables' binary COPY tuples in the order in which they come. Only bytes are kept, no
 * objects: a batch of objects with their strings kept the garbage collector at work. Nothing is moved afterwards
 * either: what is handed out says in which order the writer is to take the tuples, and which only repeat others.
 */
export interface TupleCollector {
  readonly count: number;
  /** @param sourceKey 8 bytes that stand for the source and the marking, from `sourceKeyOf` */
  add(claim: EncodableClaim, sourceKey: Uint8Array): void;
  /** What was collected; the collector is empty again. Stays as it is until `reuse`. */
  take(): CollectedTuples;
  /** What was taken first is no longer needed. New memory for each batch would cost page faults. */
  reuse(): void;
}

export type CollectedTuples = Pick<IntakeBatch, "claims" | "groups" | "threats" | "assertions" | "threatOf">;

export function collectTuples(
  place: { readonly operation: number; readonly delivery: number },
  capacity: number,
): TupleCollector {
  const lent: EncodedClaims[] = [];
  const idle: EncodedClaims[] = [];
  let claims = newBuffers(capacity);
  let count = 0;
  let groups = groupTable();
  const threats = new BinaryRowEncoder(wholeBuffer(claims.threatTuples));
  const assertions = new BinaryRowEncoder(wholeBuffer(claims.assertionTuples));
  return {
    get count() {
      return count;
    },
    add(claim, sourceKey) {
      const { keys } = claims;
      writeThreat(threats, place.operation, claim);
      const from = assertions.sizeBytes;
      const said = writeAssertion(assertions, place.delivery, claim);
      const digest = hash("sha256", assertions.written(from + BYTES_BEFORE_STATEMENT, said), "binary");
      const at = count * KEY_BYTES;
      for (let i = 0; i < THREAT_ID_BYTES; i++) keys[at + i] = claim.id.charCodeAt(i);
      for (let i = 0; i < CONTENT_BYTES; i++)
        keys[at + THREAT_ID_BYTES + i] = digest.charCodeAt(i) ^ (sourceKey[i] ?? 0);
      assertions.overwrite(from + CONTENT_OFFSET, keys, at + THREAT_ID_BYTES, CONTENT_BYTES);
      claims.group[count] = groups.placeOf(claim.role, claim.type, claim.country ?? "");
      claims.row[count] = claim.batchRow;
      claims.marking[count] = claim.marking;
      count++;
      claims.threatEnds[count] = threats.sizeBytes;
      claims.assertionEnds[count] = assertions.sizeBytes;
    },
    take() {
      const next = idle.pop() ?? newBuffers(capacity);
      const taken = {
        claims: {
          ...claims,
          count,
          // The encoders may have moved to larger buffers meanwhile.
          threatTuples: threats.take(wholeBuffer(next.threatTuples)),
          assertionTuples: assertions.take(wholeBuffer(next.assertionTuples)),
        },
        groups: groups.list,
        ...keptClaims(claims.keys, orderOf(claims.keys, KEY_BYTES, count)),
      };
      lent.push(taken.claims);
      claims = next;
      count = 0;
      groups = groupTable();
      return taken;
    },
    reuse() {
      const written = lent.shift();
      if (written !== undefined) idle.push(written);
    },
  };
}

function newBuffers(capacity: number): EncodedClaims {
  return {
    count: 0,
    keys: new Uint8Array(new SharedArrayBuffer(capacity * KEY_BYTES)),
    threatTuples: sharedBuffer(capacity * 120),
    threatEnds: new Uint32Array(new SharedArrayBuffer((capacity + 1) * 4)),
    assertionTuples: sharedBuffer(capacity * 180),
    assertionEnds: new Uint32Array(new SharedArrayBuffer((capacity + 1) * 4)),
    group: new Uint16Array(new SharedArrayBuffer(capacity * 2)),
    row: new Uint32Array(new SharedArrayBuffer(capacity * 4)),
    marking: new Uint16Array(new SharedArrayBuffer(capacity * 2)),
  };
}

/** All of the memory behind a view: what came back holds fewer bytes than there is room for. */
function wholeBuffer(bytes: Uint8Array<SharedArrayBuffer>): SharedBuffer {
  return Buffer.from(bytes.buffer);
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

/** The first claim of each threat, the first of each assertion, and of each of these the place of its threat. */
function keptClaims(
  keys: Uint8Array,
  order: Uint32Array,
): Pick<IntakeBatch, "threats" | "assertions" | "threatOf"> {
  const threats = new Uint32Array(order.length);
  const assertions = new Uint32Array(order.length);
  const threatOf = new Uint32Array(order.length);
  let threatCount = 0;
  let assertionCount = 0;
  let last = -1;
  for (const claim of order) {
    const same = last < 0 ? 0 : equalBytes(keys, last * KEY_BYTES, claim * KEY_BYTES);
    last = claim;
    if (same === KEY_BYTES) continue;
    if (same < THREAT_ID_BYTES) threats[threatCount++] = claim;
    threatOf[assertionCount] = threatCount - 1;
    assertions[assertionCount++] = claim;
  }
  return {
    threats: threats.subarray(0, threatCount),
    assertions: assertions.subarray(0, assertionCount),
    threatOf: threatOf.subarray(0, assertionCount),
  };
}

/** How many bytes of two keys are equal from the start. */
function equalBytes(keys: Uint8Array, a: number, b: number): number {
  for (let i = 0; i < KEY_BYTES; i++) if (keys[a + i] !== keys[b + i]) return i;
  return KEY_BYTES;
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

import { BinaryRowEncoder } from "#platform/postgres/binary-rows.ts";
import type { Statement } from "../model/identity.ts";
import type { CounterGroup, EncodedAssertions, EncodedThreats, IntakeBatch } from "./batch.ts";
import type { DeliveryFacts } from "./batcher.ts";
import { orderOf } from "./order.ts";

/** A claim with its identity, its public facts and its statement, as the batcher collects it. */
export interface EncodableClaim {
  /** 16 characters of latin1. */
  readonly id: string;
  /** 8 characters of latin1. */
  readonly content: string;
  readonly type: number;
  readonly role: number;
  readonly value: string;
  readonly host: string | null;
  readonly country: string | null;
  readonly basis: number;
  readonly flags: number;
  readonly raw: string | null;
  /** Row within the batch, from 0. */
  readonly batchRow: number;
  /** Row within the part, as the source counts. */
  readonly row: number;
  readonly marking: number;
  readonly statement: Omit<Statement, "source">;
}

type Collected = Omit<IntakeBatch, "threats" | "assertions"> & { readonly claims: readonly EncodableClaim[] };

/** Sorts the claims by (threat, content), drops repetitions within the batch and encodes both tables' tuples. */
export function encodeBatch(facts: DeliveryFacts, collected: Collected): IntakeBatch {
  const { claims, ...batch } = collected;
  const order = orderOf(claims);
  const threats = threatTable(claims.length);
  const assertions = assertionTable(claims.length);
  let lastId = "";
  let lastContent = "";
  for (const place of order) {
    const claim = claims[place];
    if (claim === undefined) continue;
    const sameThreat = claim.id === lastId;
    if (sameThreat && claim.content === lastContent) continue;
    if (!sameThreat) threats.add(facts.operationId, claim);
    assertions.add(facts, batch.part, threats.count() - 1, claim);
    lastId = claim.id;
    lastContent = claim.content;
  }
  return { ...batch, threats: threats.finish(), assertions: assertions.finish() };
}

function threatTable(most: number) {
  const rows = new BinaryRowEncoder(most * 110, "tuples");
  const ids = Buffer.alloc(most * 16);
  const offsets = new Uint32Array(most + 1);
  const group = new Uint16Array(most);
  const groups: CounterGroup[] = [];
  const placeOfGroup = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    add(operation: number, claim: EncodableClaim): void {
      const country = claim.country ?? "";
      const key = `${claim.role}.${claim.type}.${country}`;
      let place = placeOfGroup.get(key);
      if (place === undefined) {
        place = groups.push({ role: claim.role, type: claim.type, country }) - 1;
        placeOfGroup.set(key, place);
      }
      ids.write(claim.id, count * 16, "latin1");
      group[count] = place;
      offsets[count++] = rows.sizeBytes;
      // Sequence and audience set are the writer's to fill in, at fixed places behind the id.
      rows.row(11);
      rows.fixed(claim.id);
      rows.int8(0);
      rows.int4(0);
      rows.int2(operation);
      rows.int2(claim.type);
      rows.int2(claim.role);
      rows.int2(claim.basis);
      rows.int2(claim.flags);
      textOrNull(rows, claim.country);
      rows.text(claim.value);
      textOrNull(rows, claim.host);
    },
    finish(): EncodedThreats {
      offsets[count] = rows.sizeBytes;
      return {
        count,
        ids: new Uint8Array(ids.buffer.slice(ids.byteOffset, ids.byteOffset + count * 16)),
        rows: bytesOf(rows),
        offsets: offsets.slice(0, count + 1),
        group: group.slice(0, count),
        groups,
      };
    },
  };
}

function assertionTable(most: number) {
  const rows = new BinaryRowEncoder(most * 160, "tuples");
  const keys = Buffer.alloc(most * 24);
  const offsets = new Uint32Array(most + 1);
  const threat = new Uint32Array(most);
  const row = new Uint32Array(most);
  const marking = new Uint16Array(most);
  let count = 0;
  return {
    add(facts: DeliveryFacts, part: number, threatPlace: number, claim: EncodableClaim): void {
      keys.write(claim.id, count * 24, "latin1");
      keys.write(claim.content, count * 24 + 16, "latin1");
      threat[count] = threatPlace;
      row[count] = claim.batchRow;
      marking[count] = claim.marking;
      offsets[count++] = rows.sizeBytes;
      const said = claim.statement;
      rows.row(17);
      rows.fixed(claim.id);
      rows.fixed(claim.content);
      rows.int4(0);
      rows.int4(facts.delivery);
      rows.int2(part);
      rows.int4(claim.row);
      rows.int2(said.status);
      if (said.port === null) rows.null();
      else rows.int4(said.port);
      if (said.confidence === null) rows.null();
      else rows.int2(said.confidence);
      textOrNull(rows, said.country);
      instantOrNull(rows, said.firstSeen);
      instantOrNull(rows, said.lastSeen);
      instantOrNull(rows, said.validUntil);
      textOrNull(rows, claim.raw);
      if (said.families.length === 0) rows.null();
      else rows.textArray(said.families);
      textOrNull(rows, said.target);
      textOrNull(rows, said.reference);
    },
    finish(): EncodedAssertions {
      offsets[count] = rows.sizeBytes;
      return {
        count,
        threat: threat.slice(0, count),
        keys: new Uint8Array(keys.buffer.slice(keys.byteOffset, keys.byteOffset + count * 24)),
        rows: bytesOf(rows),
        offsets: offsets.slice(0, count + 1),
        row: row.slice(0, count),
        marking: marking.slice(0, count),
      };
    },
  };
}

function textOrNull(rows: BinaryRowEncoder, text: string | null): void {
  if (text === null) rows.null();
  else rows.text(text);
}

function instantOrNull(rows: BinaryRowEncoder, ms: number | null): void {
  if (ms === null) rows.null();
  else rows.timestamptz(ms);
}

/** In an array buffer of its own, that can move to another thread. */
function bytesOf(rows: BinaryRowEncoder): Uint8Array<ArrayBuffer> {
  const taken = rows.take();
  const own = new Uint8Array(new ArrayBuffer(taken.length));
  own.set(taken);
  return own;
}

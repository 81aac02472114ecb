import type pg from "pg";
import {
  advanceDelivery,
  type Delivery,
  insertRefusedRows,
  lockDeliveryProgress,
} from "#capabilities/feeds/index.ts";
import type { Handling } from "#capabilities/operations/index.ts";
import { arrayParameter } from "#platform/postgres/array-parameter.ts";
import { copyBinary } from "#platform/postgres/copy.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import { roleNumber } from "../model/codes.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";
import {
  findMissingAssertions,
  findThreats,
  insertListings,
  lockIntake,
  takeSequence,
  updateAudienceSets,
} from "../queries.ts";
import { type AudienceNumbers, rememberAudiences } from "./audiences.ts";
import {
  ASSERTION_AUDIENCE_OFFSET,
  type IntakeBatch,
  KEY_BYTES,
  THREAT_AUDIENCE_SET_OFFSET,
  THREAT_SEQUENCE_OFFSET,
} from "./batch.ts";
import { selectTuples, type TupleSelector } from "./tuples.ts";

const THREAT_COLUMNS =
  "threats.threat (id, sequence, audience_set, operation, type, role, basis, flags, country, value, host)";
export const ASSERTION_COLUMNS =
  "threats.assertion (threat, content, audience, delivery, part, row, status, port, confidence, country, first_seen, last_seen, valid_until, families, target, reference, raw)";

/** Writes the batches of one delivery. `close` ends its connection. */
export interface BatchWriter {
  /**
   * Commits one batch: what is new of it, the refused rows, the counts and the progress, in one transaction.
   * A batch that was committed before changes nothing. Resolves when it is flushed to disk; while the database is
   * unavailable it waits and tries again, for `PATIENCE_SECONDS`.
   */
  write(batch: IntakeBatch): Promise<void>;
  close(): Promise<void>;
}

const VICTIM = roleNumber("victim");

/** A database that restarts or fails over is back within seconds; after this the job ends and is tried again later. */
const PATIENCE_SECONDS = 60;

/**
 * Only what is missing is copied, straight into the final tables: the usual staging table and set-based merge costs
 * twice as much in an earlier trial. One connection, because the two tables must change together for a reader.
 */
export function openBatchWriter(
  connect: () => Promise<pg.Client>,
  delivery: Pick<Delivery, "id" | "operation" | "source">,
  handling: Handling,
): BatchWriter {
  let session: { readonly db: pg.Client; readonly audiences: AudienceNumbers } | null = null;
  const selector = selectTuples();
  const forget = async () => {
    const lost = session;
    session = null;
    await lost?.db.end().catch(() => undefined); // it may be the connection that failed
  };
  const write = async (batch: IntakeBatch) => {
    if (session === null) {
      const db = await connect();
      session = { db, audiences: rememberAudiences(delivery.source, handling) };
    }
    const { db, audiences } = session;
    try {
      await transaction(db, async () => {
        await lockIntake(db, delivery.operation);
        const committed = await lockDeliveryProgress(db, delivery.id);
        if (committed > batch.number) return;
        if (committed < batch.number)
          throw new Error(`delivery ${delivery.id}: batch ${batch.number} before ${committed}`);
        await writeInside(db, delivery, batch, audiences, selector);
      });
    } catch (error) {
      await forget(); // numbers interned in a transaction that was rolled back do not exist
      throw error;
    }
  };
  return {
    write: (batch) => retryWhileUnavailable(() => write(batch), PATIENCE_SECONDS),
    close: forget,
  };
}

async function writeInside(
  db: pg.ClientBase,
  delivery: Pick<Delivery, "id" | "operation">,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
  selector: TupleSelector,
): Promise<void> {
  const audienceOfMarking = await numberMarkings(db, batch, audiences);
  const threats = await resolveThreats(db, batch, audiences, audienceOfMarking);
  await writeThreats(db, delivery.operation, batch, threats, selector);
  const newAssertions = await writeAssertions(db, batch, threats, audienceOfMarking, selector);
  const accepted = countRows(batch, newAssertions);
  await advanceDelivery(db, delivery.id, {
    rows: batch.rows,
    accepted,
    repeated: batch.rowsTaken - accepted,
    refused: batch.refusedByCode,
    newThreats: threats.fresh.length,
    newAssertions: newAssertions.length,
    holdsVictims: batch.groups.some(({ role }) => role === VICTIM),
  });
  await insertRefusedRows(
    db,
    delivery.id,
    batch.refusedRows.map((row) => ({ ...row, part: batch.part })),
  );
}

/** Audience of each marking used in the batch; place 0 is the delivery's own handling. */
export async function numberMarkings(
  db: pg.ClientBase,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
): Promise<number[]> {
  const numbers = [await audiences.audienceOf(db, null)];
  for (const marking of batch.markings) numbers.push(await audiences.audienceOf(db, marking));
  return numbers;
}

/** What is known of a batch's threats, by their place in `batch.threats`. */
interface ResolvedThreats {
  /** Audience set of a threat that exists already, 0 of a new one. */
  readonly knownSet: Uint32Array;
  /** The set it has once this batch is written. */
  readonly set: Uint32Array;
  /** Places of the new ones. */
  readonly fresh: Uint32Array;
}

async function resolveThreats(
  db: pg.ClientBase,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
  audienceOfMarking: readonly number[],
): Promise<ResolvedThreats> {
  const { threats } = batch;
  const knownSet = new Uint32Array(threats.length);
  if (threats.length > 0) {
    const ids = arrayParameter("uuid", batch.claims.keys, threats, KEY_BYTES, 0);
    for (const { audienceSet, places } of await findThreats(db, ids))
      for (const place of places) knownSet[place] = audienceSet;
  }
  const added = audiencesByThreat(batch, audienceOfMarking);
  const set = new Uint32Array(threats.length);
  // Few combinations of an old set and what is added: only the first of each asks the database.
  const grown = new Map<readonly number[], Map<number, number>>();
  for (let threat = 0; threat < threats.length; threat++) {
    const list = added(threat);
    const old = knownSet[threat] ?? 0;
    const ofList = grown.get(list) ?? new Map<number, number>();
    grown.set(list, ofList);
    let number = ofList.get(old);
    if (number === undefined) {
      number = await audiences.setWith(db, old === 0 ? null : old, list);
      ofList.set(old, number);
    }
    set[threat] = number;
  }
  const fresh = Uint32Array.from(placesWhere(threats.length, (threat) => knownSet[threat] === 0));
  return { knownSet, set, fresh };
}

/** Enlarges the audience sets of known threats and copies the new ones in. */
async function writeThreats(
  db: pg.ClientBase,
  operation: number,
  batch: IntakeBatch,
  { knownSet, set, fresh }: ResolvedThreats,
  selector: TupleSelector,
): Promise<void> {
  const { claims, threats } = batch;
  const changed = placesWhere(
    threats.length,
    (threat) => knownSet[threat] !== 0 && knownSet[threat] !== set[threat],
  );
  if (changed.length > 0) {
    const changedClaims = Uint32Array.from(changed, (threat) => threats[threat] ?? 0);
    const ids = arrayParameter("uuid", claims.keys, changedClaims, KEY_BYTES, 0);
    await updateAudienceSets(
      db,
      ids,
      changed.map((threat) => set[threat] ?? 0),
    );
  }
  if (fresh.length === 0) return;
  const tuples = Buffer.from(claims.threatTuples.buffer);
  let sequence = await takeSequence(db, fresh.length);
  const groups = new Map<number, { group: number; audienceSet: number; claims: number[] }>();
  const freshClaims = new Uint32Array(fresh.length);
  for (const [at, threat] of fresh.entries()) {
    const claim = threats[threat] ?? 0;
    freshClaims[at] = claim;
    const tuple = claims.threatEnds[claim] ?? 0;
    const audienceSet = set[threat] ?? 0;
    tuples.writeBigInt64BE(sequence++, tuple + THREAT_SEQUENCE_OFFSET);
    tuples.writeInt32BE(audienceSet, tuple + THREAT_AUDIENCE_SET_OFFSET);
    const group = claims.group[claim] ?? 0;
    const key = audienceSet * 65_536 + group;
    const same = groups.get(key);
    if (same === undefined) groups.set(key, { group, audienceSet, claims: [claim] });
    else same.claims.push(claim);
  }
  await copyBinary(db, THREAT_COLUMNS, [selector.select(tuples, claims.threatEnds, freshClaims)]);
  const listed = [...groups.values()];
  const order = Uint32Array.from(listed.flatMap(({ claims: ofGroup }) => ofGroup));
  await insertListings(
    db,
    operation,
    listed.map(({ group, audienceSet, claims: { length } }) => {
      const words = batch.groups[group];
      if (words === undefined) throw new Error(`batch ${batch.number} has no group ${group}`);
      return { ...words, audienceSet, threats: length };
    }),
    arrayParameter("uuid", claims.keys, order, KEY_BYTES, 0),
  );
}

/** The audiences that this batch's assertions give each threat; equal lists are the same list. */
function audiencesByThreat(
  batch: IntakeBatch,
  audienceOfMarking: readonly number[],
): (threat: number) => readonly number[] {
  if (batch.markings.length === 0) return () => audienceOfMarking;
  const audiences: number[][] = Array.from(batch.threats, () => []);
  for (const [place, claim] of batch.assertions.entries()) {
    const audience = audienceOfMarking[batch.claims.marking[claim] ?? 0] ?? 0;
    const list = audiences[batch.threatOf[place] ?? 0];
    if (list !== undefined && !list.includes(audience)) list.push(audience);
  }
  const lists = new Map<string, readonly number[]>();
  const shared = audiences.map((list) => {
    const sorted = list.sort((a, b) => a - b);
    const key = sorted.join(",");
    const known = lists.get(key) ?? sorted;
    lists.set(key, known);
    return known;
  });
  return (threat) => shared[threat] ?? [];
}

/** Copies in what is new and returns its claims. */
async function writeAssertions(
  db: pg.ClientBase,
  batch: IntakeBatch,
  { knownSet }: ResolvedThreats,
  audienceOfMarking: readonly number[],
  selector: TupleSelector,
): Promise<Uint32Array> {
  const { claims, assertions, threatOf } = batch;
  // A new threat has no assertions yet: only those of known threats must be looked up.
  const doubtful = Uint32Array.from(
    placesWhere(assertions.length, (place) => knownSet[threatOf[place] ?? 0] !== 0),
  );
  const isKnown = new Uint8Array(assertions.length);
  if (doubtful.length > 0) {
    const doubtfulClaims = doubtful.map((place) => assertions[place] ?? 0);
    const threats = arrayParameter("uuid", claims.keys, doubtfulClaims, KEY_BYTES, 0);
    const contents = arrayParameter("int8", claims.keys, doubtfulClaims, KEY_BYTES, THREAT_ID_BYTES);
    for (const place of doubtful) isKnown[place] = 1;
    for (const missing of await findMissingAssertions(db, threats, contents))
      isKnown[doubtful[missing] ?? 0] = 0;
  }
  const fresh = Uint32Array.from(
    placesWhere(assertions.length, (place) => isKnown[place] === 0),
    (place) => assertions[place] ?? 0,
  );
  if (fresh.length === 0) return fresh;
  const tuples = Buffer.from(claims.assertionTuples.buffer);
  for (const claim of fresh) {
    const audience = audienceOfMarking[claims.marking[claim] ?? 0] ?? 0;
    tuples.writeInt32BE(audience, (claims.assertionEnds[claim] ?? 0) + ASSERTION_AUDIENCE_OFFSET);
  }
  await copyBinary(db, ASSERTION_COLUMNS, [selector.select(tuples, claims.assertionEnds, fresh)]);
  return fresh;
}

function placesWhere(count: number, holds: (place: number) => boolean): number[] {
  const places: number[] = [];
  for (let place = 0; place < count; place++) if (holds(place)) places.push(place);
  return places;
}

/** Rows of the batch that said at least one new thing; the other rows that were taken only repeat. */
function countRows(batch: IntakeBatch, newAssertions: Uint32Array): number {
  const said = new Uint8Array(batch.rows);
  let rows = 0;
  for (const claim of newAssertions) {
    const row = batch.claims.row[claim] ?? 0;
    if (said[row] === 0) rows++;
    said[row] = 1;
  }
  return rows;
}

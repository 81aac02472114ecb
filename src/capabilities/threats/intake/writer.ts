import type pg from "pg";
import {
  advanceDelivery,
  type Delivery,
  insertRefusedRows,
  lockDeliveryProgress,
} from "#capabilities/feeds/index.ts";
import type { Handling } from "#capabilities/operations/index.ts";
import { copyBinary } from "#platform/postgres/copy.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import {
  addToCounters,
  createProbeTables,
  listProbedAssertions,
  listProbedThreats,
  lockIntake,
  takeSequence,
  updateAudienceSets,
} from "../queries.ts";
import { type AudienceNumbers, rememberAudiences } from "./audiences.ts";
import {
  ASSERTION_AUDIENCE_OFFSET,
  type IntakeBatch,
  THREAT_AUDIENCE_SET_OFFSET,
  THREAT_SEQUENCE_OFFSET,
} from "./batch.ts";
import { probeTuples, selectTuples } from "./tuples.ts";

const THREAT_COLUMNS =
  "threats.threat (id, sequence, audience_set, operation, type, role, basis, flags, country, value, host)";
const ASSERTION_COLUMNS =
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
  const forget = async () => {
    const lost = session;
    session = null;
    await lost?.db.end().catch(() => undefined); // it may be the connection that failed
  };
  const write = async (batch: IntakeBatch) => {
    if (session === null) {
      const db = await connect();
      session = { db, audiences: rememberAudiences(delivery.source, handling) };
      await createProbeTables(db);
    }
    const { db, audiences } = session;
    try {
      await transaction(db, async () => {
        await lockIntake(db, delivery.operation);
        const committed = await lockDeliveryProgress(db, delivery.id);
        if (committed > batch.number) return;
        if (committed < batch.number)
          throw new Error(`delivery ${delivery.id}: batch ${batch.number} before ${committed}`);
        await writeInside(db, delivery, batch, audiences);
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
): Promise<void> {
  const audienceOfMarking = await numberMarkings(db, batch, audiences);
  const newThreats = await writeThreats(db, delivery.operation, batch, audiences, audienceOfMarking);
  const newAssertions = await writeAssertions(db, batch, audienceOfMarking);
  const accepted = countRows(batch, newAssertions);
  await advanceDelivery(db, delivery.id, {
    rows: batch.rows,
    accepted,
    repeated: batch.rowsTaken - accepted,
    refused: batch.refusedByCode,
    newThreats,
    newAssertions: newAssertions.length,
  });
  await insertRefusedRows(
    db,
    delivery.id,
    batch.refusedRows.map((row) => ({ ...row, part: batch.part })),
  );
}

/** Audience of each marking used in the batch; place 0 is the delivery's own handling. */
async function numberMarkings(
  db: pg.ClientBase,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
): Promise<number[]> {
  const numbers = [await audiences.audienceOf(db, null)];
  for (const marking of batch.markings) numbers.push(await audiences.audienceOf(db, marking));
  return numbers;
}

/** Returns how many threats were new. */
async function writeThreats(
  db: pg.ClientBase,
  operation: number,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
  audienceOfMarking: readonly number[],
): Promise<number> {
  const { threats } = batch;
  if (threats.count === 0) return 0;
  await copyBinary(db, "threat_probe (ordinal, id)", probeTuples(threats.ids, [16], threats.count));
  const audiencesOf = audiencesByThreat(batch, audienceOfMarking);
  const setOfNew = async (threat: number) => audiences.setWith(db, null, audiencesOf(threat));

  const known = new Map((await listProbedThreats(db)).map((row) => [row.ordinal, row.audienceSet]));
  const changes = [];
  for (const [threat, set] of known) {
    const grown = await audiences.setWith(db, set, audiencesOf(threat));
    if (grown !== set) changes.push({ ordinal: threat, audienceSet: grown });
  }
  if (changes.length > 0) await updateAudienceSets(db, changes);

  const fresh: number[] = [];
  for (let threat = 0; threat < threats.count; threat++) if (!known.has(threat)) fresh.push(threat);
  if (fresh.length === 0) return 0;
  const rows = Buffer.from(threats.rows.buffer, threats.rows.byteOffset, threats.rows.byteLength);
  let sequence = await takeSequence(db, fresh.length);
  const counted = new Map<string, { group: number; audienceSet: number; threats: number }>();
  for (const threat of fresh) {
    const at = threats.offsets[threat] ?? 0;
    const audienceSet = await setOfNew(threat);
    rows.writeBigInt64BE(sequence++, at + THREAT_SEQUENCE_OFFSET);
    rows.writeInt32BE(audienceSet, at + THREAT_AUDIENCE_SET_OFFSET);
    const group = threats.group[threat] ?? 0;
    const key = `${group}.${audienceSet}`;
    const step = counted.get(key);
    if (step === undefined) counted.set(key, { group, audienceSet, threats: 1 });
    else step.threats++;
  }
  await copyBinary(db, THREAT_COLUMNS, selectTuples(rows, threats.offsets, fresh, threats.count));
  await addToCounters(
    db,
    operation,
    [...counted.values()].flatMap(({ group, audienceSet, threats: count }) => {
      const words = threats.groups[group];
      return words === undefined ? [] : [{ ...words, audienceSet, threats: count }];
    }),
  );
  return fresh.length;
}

/** The audiences that this batch's assertions give each threat. Assertions are sorted by threat. */
function audiencesByThreat(
  batch: IntakeBatch,
  audienceOfMarking: readonly number[],
): (threat: number) => readonly number[] {
  if (batch.markings.length === 0) return () => audienceOfMarking;
  const audiences: number[][] = Array.from({ length: batch.threats.count }, () => []);
  for (let assertion = 0; assertion < batch.assertions.count; assertion++) {
    const audience = audienceOfMarking[batch.assertions.marking[assertion] ?? 0] ?? 0;
    const list = audiences[batch.assertions.threat[assertion] ?? 0];
    if (list !== undefined && !list.includes(audience)) list.push(audience);
  }
  for (const list of audiences) list.sort((a, b) => a - b);
  return (threat) => audiences[threat] ?? [];
}

/** Returns the places of the assertions that were new. */
async function writeAssertions(
  db: pg.ClientBase,
  batch: IntakeBatch,
  audienceOfMarking: readonly number[],
): Promise<number[]> {
  const { assertions } = batch;
  if (assertions.count === 0) return [];
  await copyBinary(
    db,
    "assertion_probe (ordinal, threat, content)",
    probeTuples(assertions.keys, [16, 8], assertions.count),
  );
  const known = new Set(await listProbedAssertions(db));
  const rows = Buffer.from(assertions.rows.buffer, assertions.rows.byteOffset, assertions.rows.byteLength);
  const fresh: number[] = [];
  for (let assertion = 0; assertion < assertions.count; assertion++) {
    if (known.has(assertion)) continue;
    fresh.push(assertion);
    const audience = audienceOfMarking[assertions.marking[assertion] ?? 0] ?? 0;
    rows.writeInt32BE(audience, (assertions.offsets[assertion] ?? 0) + ASSERTION_AUDIENCE_OFFSET);
  }
  if (fresh.length > 0) {
    await copyBinary(db, ASSERTION_COLUMNS, selectTuples(rows, assertions.offsets, fresh, assertions.count));
  }
  return fresh;
}

/** Rows of the batch that said at least one new thing; the other rows that were taken only repeat. */
function countRows(batch: IntakeBatch, newAssertions: readonly number[]): number {
  const said = new Uint8Array(batch.rows);
  let rows = 0;
  for (const assertion of newAssertions) {
    const row = batch.assertions.row[assertion] ?? 0;
    if (said[row] === 0) rows++;
    said[row] = 1;
  }
  return rows;
}

import type pg from "pg";
import { addDeliveryCounts, type Delivery, lockDeliveryProgress } from "#capabilities/feeds/index.ts";
import type { Handling } from "#capabilities/operations/index.ts";
import { arrayParameter } from "#platform/postgres/array-parameter.ts";
import { copyBinary } from "#platform/postgres/copy.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import { deleteAssertions, listOwnedPlaces, settleThreats } from "../deletion-queries.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";
import { lockIntake } from "../queries.ts";
import { type AudienceNumbers, rememberAudiences } from "./audiences.ts";
import { ASSERTION_AUDIENCE_OFFSET, type IntakeBatch, KEY_BYTES } from "./batch.ts";
import { selectTuples } from "./tuples.ts";
import { ASSERTION_COLUMNS, type BatchWriter, numberMarkings } from "./writer.ts";

/** Where an assertion tuple says its row: behind field count, threat, content, audience, delivery and part. */
const ASSERTION_ROW_OFFSET = 2 + (4 + 16) + (4 + 8) + (4 + 4) + (4 + 4) + (4 + 2) + 4;

const PATIENCE_SECONDS = 60;

/**
 * Writes the batches of a delivery that is read once more, because an earlier one of its source is being deleted: what
 * both say was stored as the earlier one's and becomes this one's, with its own row, handling and words, as if the
 * earlier one had never been. Everything else stays. A batch written twice changes nothing.
 */
export function openHeirWriter(
  connect: () => Promise<pg.Client>,
  heir: Pick<Delivery, "id" | "operation" | "source">,
  handling: Handling,
  from: number,
): BatchWriter {
  let session: { readonly db: pg.Client; readonly audiences: AudienceNumbers } | null = null;
  const forget = async () => {
    const lost = session;
    session = null;
    await lost?.db.end().catch(() => undefined); // it may be the connection that failed
  };
  const write = async (batch: IntakeBatch) => {
    session ??= { db: await connect(), audiences: rememberAudiences(heir.source, handling) };
    const { db, audiences } = session;
    try {
      await transaction(db, async () => {
        await lockIntake(db, heir.operation);
        // What it has not taken in yet, it will take in by itself.
        if (batch.number < (await lockDeliveryProgress(db, heir.id)))
          await inherit(db, heir, from, batch, audiences);
      });
    } catch (error) {
      await forget();
      throw error;
    }
  };
  return {
    write: (batch) => retryWhileUnavailable(() => write(batch), PATIENCE_SECONDS),
    close: forget,
  };
}

async function inherit(
  db: pg.ClientBase,
  heir: Pick<Delivery, "id">,
  from: number,
  batch: IntakeBatch,
  audiences: AudienceNumbers,
): Promise<void> {
  const { claims, assertions } = batch;
  const keysOf = (places: Uint32Array) =>
    [
      arrayParameter("uuid", claims.keys, places, KEY_BYTES, 0),
      arrayParameter("int8", claims.keys, places, KEY_BYTES, THREAT_ID_BYTES),
    ] as const;
  const owned = await listOwnedPlaces(db, ...keysOf(assertions), [from, heir.id]);
  const tuples = Buffer.from(claims.assertionTuples.buffer);
  const ownRows = new Set<number>();
  const moved: number[] = [];
  for (const { place, delivery, part, row } of owned) {
    const claim = assertions[place] ?? 0;
    if (delivery === from) moved.push(claim);
    else if (
      part === batch.part &&
      row === tuples.readInt32BE((claims.assertionEnds[claim] ?? 0) + ASSERTION_ROW_OFFSET)
    )
      ownRows.add(claims.row[claim] ?? 0);
  }
  if (moved.length === 0) return;
  const movedClaims = Uint32Array.from(moved);
  const audienceOfMarking = await numberMarkings(db, batch, audiences);
  for (const claim of moved) {
    const audience = audienceOfMarking[claims.marking[claim] ?? 0] ?? 0;
    tuples.writeInt32BE(audience, (claims.assertionEnds[claim] ?? 0) + ASSERTION_AUDIENCE_OFFSET);
  }
  await deleteAssertions(db, ...keysOf(movedClaims));
  await copyBinary(db, ASSERTION_COLUMNS, [selectTuples().select(tuples, claims.assertionEnds, movedClaims)]);
  const threats = moved.map((claim) =>
    Buffer.from(claims.keys.subarray(claim * KEY_BYTES, claim * KEY_BYTES + THREAT_ID_BYTES)).toString("hex"),
  );
  await settleThreats(db, [...new Set(threats)]);
  const newRows = new Set(moved.map((claim) => claims.row[claim] ?? 0)).difference(ownRows);
  await addDeliveryCounts(db, heir.id, {
    accepted: newRows.size,
    newAssertions: moved.length,
    newThreats: 0,
  });
  await addDeliveryCounts(db, from, { accepted: 0, newAssertions: -moved.length, newThreats: 0 });
}

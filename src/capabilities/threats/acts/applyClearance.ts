import type pg from "pg";
import {
  type Clearance,
  findClearance,
  findDelivery,
  internAudience,
  updateClearanceApplied,
} from "#capabilities/feeds/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { formatUuid, uuidBytes } from "#platform/ids.ts";
import { arrayParameter } from "#platform/postgres/array-parameter.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import {
  type AssertionKeys,
  listAssertionKeys,
  listAudiencesToClear,
  listOutdatedSets,
  updateAssertionAudience,
} from "../clearance-queries.ts";
import { KEY_BYTES } from "../intake/batch.ts";
import { THREAT_ID_BYTES } from "../model/identity.ts";
import { internAudienceSet, lockIntake, updateAudienceSets } from "../queries.ts";

/** Assertions that change in one transaction: intake waits for no more than these. */
const KEYS_PER_STEP = 10_000;

/**
 * Carries out what a source granted: exactly the assertions of its scope get a further audience, that of the same
 * source and handling with this clearance beside. Whoever read them before still does, so lists and counters that
 * name the old audience set stay right. Done again, or taken up after a kill, it changes nothing twice.
 */
export async function applyClearance(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  id: number,
): Promise<void> {
  const clearance = await findClearance(here.pool, id);
  if (clearance === null || clearance.state !== "granted" || clearance.appliedAt !== null) return;
  for await (const keys of keysOf(here, clearance)) {
    await transaction(here.pool, async (db) => {
      await lockIntake(db, clearance.operation);
      await clearAssertions(db, clearance, keys);
    });
  }
  await updateClearanceApplied(here.pool, id);
}

async function* keysOf(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  clearance: Clearance,
): AsyncGenerator<AssertionKeys> {
  if (clearance.delivery === null) {
    const threats = clearance.grantedThreats ?? clearance.threats ?? [];
    yield* inSteps(await listAssertionKeys(here.pool, clearance.source, threats));
    return;
  }
  // What the delivery said, whichever delivery said it first: an assertion row names only the first.
  const delivery = await findDelivery(here.pool, clearance.delivery);
  if (delivery === null || delivery.keysSha256 === null)
    throw new Error(`delivery ${clearance.delivery} has no keys to clear`);
  const bytes = await here.store.read(delivery.keysSha256);
  for (let at = 0; at < bytes.length; at += KEY_BYTES * KEYS_PER_STEP)
    yield keysIn(bytes.subarray(at, at + KEY_BYTES * KEYS_PER_STEP));
}

function* inSteps({ threats, contents }: AssertionKeys): Generator<AssertionKeys> {
  for (let at = 0; at < threats.length; at += KEYS_PER_STEP)
    yield {
      threats: threats.slice(at, at + KEYS_PER_STEP),
      contents: contents.slice(at, at + KEYS_PER_STEP),
    };
}

/** Keys as intake writes them down: the threat's id and the content, most significant byte first. */
function keysIn(bytes: Buffer): AssertionKeys {
  const threats: string[] = [];
  const contents: string[] = [];
  for (let at = 0; at < bytes.length; at += KEY_BYTES) {
    threats.push(formatUuid(bytes.subarray(at, at + THREAT_ID_BYTES)));
    contents.push(String(bytes.readBigInt64BE(at + THREAT_ID_BYTES)));
  }
  return { threats, contents };
}

async function clearAssertions(db: pg.ClientBase, clearance: Clearance, keys: AssertionKeys): Promise<void> {
  for (const audience of await listAudiencesToClear(db, clearance.source, keys, clearance.id)) {
    const clearances = [...audience.clearances, clearance.id].sort((a, b) => a - b);
    const further = await internAudience(db, clearance.source, audience.handling, clearances);
    await updateAssertionAudience(db, keys, audience.id, further);
  }
  for (const { audiences, threats } of await listOutdatedSets(db, [...new Set(keys.threats)])) {
    const set = await internAudienceSet(db, null, audiences);
    const ids = Buffer.concat(threats.map(uuidBytes));
    const every = Uint32Array.from(threats, (_, place) => place);
    await updateAudienceSets(
      db,
      arrayParameter("uuid", ids, every, THREAT_ID_BYTES, 0),
      threats.map(() => set),
    );
  }
}

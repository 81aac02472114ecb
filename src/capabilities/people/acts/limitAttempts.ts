import { createHash } from "node:crypto";
import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { LIMITS, networkOf, waitAfter } from "../model/lockout.ts";
import { notRecognised, tooMany } from "../refusals.ts";
import {
  countFailures,
  deleteFailure,
  deleteFailures,
  insertFailure,
  lockFailures,
} from "../sign-in-queries.ts";

interface Attempt {
  /** The account that was named, whether or not there is one; null where none is named. */
  readonly account: string | null;
  /** Where the request came from. */
  readonly address: string;
}

/**
 * Looks at one attempt to prove who somebody is, unless there were too many. It counts as failed before it is looked at,
 * so that a hundred guesses at once are a hundred guesses; when `prove` says whose it was, the count goes back.
 * @throws Problem `too-many`; Problem `forbidden` when `prove` gives null, always in the same words
 */
export async function limitAttempts<T>(
  gate: pg.Pool,
  attempt: Attempt,
  prove: () => Promise<T | null>,
): Promise<T> {
  const network = { counted: countedOf("network", networkOf(attempt.address)), ...LIMITS.network };
  const account =
    attempt.account === null ? null : { counted: countedOf("account", attempt.account), ...LIMITS.account };
  const failures = await transaction(gate, async (db) => {
    const made: string[] = [];
    // Always in this order: two attempts never wait for each other.
    for (const each of account === null ? [network] : [account, network]) {
      await lockFailures(db, each.counted);
      const { failures, secondsSinceLast } = await countFailures(db, each.counted, each.hours);
      const wait = waitAfter(failures, each.free) - secondsSinceLast;
      if (wait > 0) throw tooMany(wait);
      made.push(await insertFailure(db, each.counted, LIMITS.account.hours));
    }
    return made;
  });
  const proved = await prove();
  if (proved === null) throw notRecognised();
  for (const failure of failures) await deleteFailure(gate, failure);
  if (account !== null) await deleteFailures(gate, account.counted);
  return proved;
}

function countedOf(what: "account" | "network", name: string): Buffer {
  return createHash("sha256").update(`${what}:${name}`).digest();
}

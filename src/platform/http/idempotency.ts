import { createHash } from "node:crypto";
import type pg from "pg";
import { isUnavailable } from "../postgres/transaction.ts";
import { Problem } from "../problem.ts";
import { Refusal } from "./problem-document.ts";

/** A write that may arrive more than once. */
export interface RepeatableWrite {
  /** `Idempotency-Key` as it was sent. */
  readonly key: string;
  /** SHA-256 of method, address and body. Called once the body may be read to its end. */
  readonly digest: () => Promise<Buffer>;
  /** The answer holds a secret: it is given once and kept nowhere. */
  readonly isSecret: boolean;
}

/**
 * Does `work` once for each caller and key, and gives its answer to every further request of the same key for a day
 * (draft-ietf-httpapi-idempotency-key-header). A refusal is not kept: nothing was done, so the repeat tries again. When
 * nobody can know whether it was done, because a program or the database went away in the middle, the key stays closed
 * and the answer says so.
 * @returns the answer's text
 * @throws Refusal 409 while the first is under way, when its outcome is unknown or was a secret; 422 for another request
 */
export async function answerOnce(
  writes: pg.Pool,
  write: RepeatableWrite,
  work: () => Promise<string>,
): Promise<string> {
  const key = createHash("sha256").update(write.key).digest();
  if (!(await claim(writes, key))) return firstAnswer(writes, key, write);
  // Renewed in the caller's name: a timer runs in the context in which it was made.
  const alive = setInterval(() => void renew(writes, key).catch(() => undefined), RENEWED_EVERY_MS);
  try {
    const answer = await work();
    await keep(writes, key, await write.digest(), write.isSecret ? null : answer);
    return answer;
  } catch (error) {
    if (isRefused(error)) await give(writes, key);
    else await abandon(writes, key);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

/** The key of a write, or null when none came and none is needed. */
export function readKey(header: string | undefined, isRequired: boolean): string | null {
  if (header === undefined) {
    if (!isRequired) return null;
    throw new Problem("invalid", {
      code: "http.key_missing",
      say: "Send an Idempotency-Key with this request, new for each thing you make, so that sending it twice makes one.",
    });
  }
  if (/^[\x21-\x7e]{1,200}$/.test(header)) return header;
  throw new Problem("invalid", {
    code: "http.key_invalid",
    say: "An Idempotency-Key is 1 to 200 visible ASCII characters without spaces.",
  });
}

const RENEWED_EVERY_MS = 5000;
/** Several renewals late: the program that had it is gone. */
const ABANDONED_AFTER = "30 seconds";

function isRefused(error: unknown): boolean {
  if (error instanceof Refusal) return true;
  return error instanceof Problem && error.kind !== "internal" && !isUnavailable(error);
}

async function claim(writes: pg.Pool, key: Buffer): Promise<boolean> {
  await writes.query("/* platform.forgetAnswers */ select platform.forget_answers()");
  const claimed = await writes.query(
    `/* platform.claimKey */ insert into platform.answered_request (key_sha256, request_sha256) values ($1, '')
     on conflict do nothing`,
    [key],
  );
  return claimed.rowCount === 1;
}

async function renew(writes: pg.Pool, key: Buffer): Promise<void> {
  await writes.query(
    `/* platform.renewKey */ update platform.answered_request set alive_at = now()
      where key_sha256 = $1 and caller = platform.caller_name()`,
    [key],
  );
}

async function keep(writes: pg.Pool, key: Buffer, request: Buffer, answer: string | null): Promise<void> {
  await writes.query(
    `/* platform.keepAnswer */ update platform.answered_request set request_sha256 = $2, answer = $3, status = 200
      where key_sha256 = $1 and caller = platform.caller_name()`,
    [key, request, answer],
  );
}

async function give(writes: pg.Pool, key: Buffer): Promise<void> {
  await writes.query(
    "/* platform.giveKey */ delete from platform.answered_request where key_sha256 = $1 and caller = platform.caller_name()",
    [key],
  );
}

async function abandon(writes: pg.Pool, key: Buffer): Promise<void> {
  const abandoned = writes.query(
    `/* platform.abandonKey */ update platform.answered_request set alive_at = '-infinity'
      where key_sha256 = $1 and caller = platform.caller_name()`,
    [key],
  );
  // Without the database it is found abandoned by its age; what matters is the first error.
  await abandoned.catch(() => undefined);
}

async function firstAnswer(writes: pg.Pool, key: Buffer, write: RepeatableWrite): Promise<string> {
  const found = await writes.query<{
    isDone: boolean;
    isAbandoned: boolean;
    request: Buffer;
    answer: string | null;
  }>(
    `/* platform.findAnswer */
     select status is not null as "isDone", alive_at < now() - interval '${ABANDONED_AFTER}' as "isAbandoned",
            request_sha256 as request, answer
       from platform.answered_request where key_sha256 = $1 and caller = platform.caller_name()`,
    [key],
  );
  const first = found.rows[0];
  if (first === undefined || (!first.isDone && !first.isAbandoned)) throw underWay();
  if (!first.isDone) throw conflict("http.outcome_unknown", OUTCOME_UNKNOWN);
  if (!first.request.equals(await write.digest())) throw anotherRequest();
  if (first.answer === null) throw conflict("http.answered_once", ANSWERED_ONCE);
  return first.answer;
}

const OUTCOME_UNKNOWN =
  "The first request of this key was cut off, and nobody knows whether it was done. Look, and if it was not, send it with a new key.";
const ANSWERED_ONCE =
  "This was done, and its answer held a secret that is shown once. If it was lost, take back what was made and make another.";

function conflict(code: string, detail: string): Refusal {
  return new Refusal({ type: "about:blank", title: "Conflict", status: 409, code, detail });
}

function underWay(): Refusal {
  const detail = "The first request of this key is still under way. Ask again in a moment.";
  return new Refusal(
    { type: "about:blank", title: "Conflict", status: 409, code: "http.under_way", detail },
    { "retry-after": "1" },
  );
}

function anotherRequest(): Refusal {
  return new Refusal({
    type: "about:blank",
    title: "Unprocessable Content",
    status: 422,
    code: "http.key_reused",
    detail: "This Idempotency-Key was used for another request. Take a new key for each thing you make.",
  });
}

import { createHash } from "node:crypto";
import type pg from "pg";
import { Refusal } from "./problem-document.ts";

/**
 * The strong validator of an answer (RFC 9110, 8.8.3), from the bytes that this reader gets and from nothing else: a
 * version number of the row would count changes of what he may not see.
 */
export function etagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
}

/** Whether `If-None-Match` names this validator, so that the reader has the answer already. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || validatorsIn(header).some((each) => each.replace(/^W\//, "") === etag);
}

/** Whether `If-Match` lets this version be changed. Weak validators never do. */
function isMeant(header: string, etag: string): boolean {
  return header.trim() === "*" || validatorsIn(header).includes(etag);
}

function validatorsIn(header: string): string[] {
  return header.match(/(?:W\/)?"[\x21\x23-\x7e]*"/g) ?? [];
}

/** A change of one thing that its sender read before. */
export interface Change {
  /** The thing's address: what is changed by one request at a time. */
  readonly thing: string;
  readonly ifMatch: string | undefined;
  /** What the sender wants it to be; shown beside the present version when they part. */
  readonly yours: unknown;
  /** The thing as the sender may see it now, encoded as a reading of it is. Throws what such a reading throws. */
  readonly read: () => Promise<string>;
}

/**
 * Carries out a change of the version that its sender read, and of no other: read, compared and changed while no other
 * request changes the same thing.
 * @throws Refusal 412 with both versions, 409 while another change is under way, 428 without `If-Match`
 */
export async function changeVersion<T>(writes: pg.Pool, change: Change, work: () => Promise<T>): Promise<T> {
  if (change.ifMatch === undefined) throw unconditional();
  // Looked at before it is held: for whom there is nothing here, nothing is ever under way either.
  await compare(change, change.ifMatch);
  const thing = createHash("sha256").update(change.thing).digest();
  if (!(await begin(writes, thing))) throw busy();
  try {
    await compare(change, change.ifMatch);
    return await work();
  } finally {
    await writes.query(
      "/* platform.endChange */ delete from platform.change_under_way where thing_sha256 = $1",
      [thing],
    );
  }
}

async function compare(change: Change, ifMatch: string): Promise<void> {
  const current = await change.read();
  const etag = etagOf(current);
  if (isMeant(ifMatch, etag)) return;
  throw new Refusal(
    {
      type: "about:blank",
      title: "Precondition Failed",
      status: 412,
      code: "http.changed_meanwhile",
      detail:
        "This was changed after you read it. Compare both versions and send yours again if it still holds.",
      yours: change.yours ?? null,
      current: JSON.parse(current),
    },
    { etag },
  );
}

/** A change that takes longer than this belongs to a program that has ended. */
const LONGEST_CHANGE = "1 minute";

async function begin(writes: pg.Pool, thing: Buffer): Promise<boolean> {
  await writes.query(
    `/* platform.forgetChange */ delete from platform.change_under_way
      where thing_sha256 = $1 and begun_at < now() - interval '${LONGEST_CHANGE}'`,
    [thing],
  );
  const begun = await writes.query(
    "/* platform.beginChange */ insert into platform.change_under_way (thing_sha256) values ($1) on conflict do nothing",
    [thing],
  );
  return begun.rowCount === 1;
}

function busy(): Refusal {
  return new Refusal(
    {
      type: "about:blank",
      title: "Conflict",
      status: 409,
      code: "http.change_under_way",
      detail: "Somebody is changing this at this moment. Read it again, then change it.",
    },
    { "retry-after": "1" },
  );
}

function unconditional(): Refusal {
  return new Refusal({
    type: "about:blank",
    title: "Precondition Required",
    status: 428,
    code: "http.if_match_missing",
    detail: "Say which version you are changing: send the ETag of what you read as If-Match.",
  });
}

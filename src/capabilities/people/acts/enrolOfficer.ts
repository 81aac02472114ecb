import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { linkNotValid } from "../refusals.ts";
import { sha256 } from "../secret-token.ts";
import { type Account, findEnrolment, useEnrolment } from "../sign-in-queries.ts";
import { openSession } from "./openSession.ts";

/** @throws Problem `forbidden` when the link is not good, in the same words whatever the reason */
export async function officerOfLink(gate: pg.Pool, token: string): Promise<Account> {
  const account = await findEnrolment(gate, sha256(token));
  if (account === null) throw linkNotValid();
  return account;
}

/**
 * Uses up a one-time link, adds the officer's first way in and signs him in, all or nothing. Returns the session's token.
 * @param link whose it was when it was looked at; null where nothing was asked of him in between
 * @param add adds the way in, inside the transaction
 * @throws Problem `forbidden` when the link is not good, or is somebody else's than the one who was asked
 */
export function enrolOfficer(
  gate: pg.Pool,
  link: { readonly tokenSha256: Buffer; readonly officer: number | null },
  method: "passkey" | "password" | "oidc",
  add: (db: pg.ClientBase, officer: number) => Promise<void>,
): Promise<string> {
  return transaction(gate, async (db) => {
    const officer = await useEnrolment(db, link.tokenSha256);
    if (officer === null || (link.officer !== null && officer !== link.officer)) throw linkNotValid();
    await add(db, officer);
    return openSession(db, officer, method);
  });
}

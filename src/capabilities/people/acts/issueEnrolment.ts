import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { insertAccount, insertDuty } from "../admin-queries.ts";
import { administratorOf } from "../administrator.ts";
import { mayTouch } from "../model/mayTouch.ts";
import { ensureOrganisation } from "../queries.ts";
import { newSecretToken, sha256 } from "../secret-token.ts";
import {
  type Account,
  canAnybodySignIn,
  findAccount,
  insertEnrolment,
  listAccounts,
  lockAccount,
  lockFirstStart,
  rightsOf,
} from "../sign-in-queries.ts";

/** A one-time link's secret. It is stored nowhere: whoever issues it shows it to the officer, or it is lost. */
export interface IssuedEnrolment {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * A link by which an officer who has no way in yet makes his first. Links he had before are good no more.
 * @param issuer who issues it; null for the owner of this machine, who owns its database anyway
 * @throws Problem `conflict` when he can sign in already: taking a way in from somebody needs two administrators;
 *   Problem `forbidden` when the issuer is no administrator, or the officer holds what he lacks
 */
export function issueEnrolment(
  gate: pg.Pool,
  officer: number,
  issuer: number | null,
): Promise<IssuedEnrolment> {
  return transaction(gate, async (db) => {
    await lockAccount(db, officer);
    const account = await findAccount(db, { id: officer });
    if (account === null)
      throw new Problem("not-found", { code: "people.no_officer", say: "There is no such officer." });
    if (account.canSignIn)
      throw new Problem("conflict", {
        code: "people.can_sign_in",
        say: "This officer can sign in already. If he lost his way in, ask for a recovery, which a second administrator approves.",
      });
    if (issuer !== null) {
      await administratorOf(db, { id: issuer });
      await refuseToTouch(db, issuer, account);
    }
    return putEnrolment(db, officer, issuer);
  });
}

/**
 * The link for the first administrator, as long as nobody can sign in to this house; null from then on. There is no
 * account that a stranger could know: until somebody opens this link, there is no way in at all.
 */
export function issueFirstEnrolment(gate: pg.Pool): Promise<IssuedEnrolment | null> {
  return transaction(gate, async (db) => {
    await lockFirstStart(db);
    if (await canAnybodySignIn(db)) return null;
    const waiting = (await listAccounts(db)).find((each) => each.duties.includes("administrator"));
    return putEnrolment(db, waiting?.id ?? (await insertFirstAdministrator(db)), null);
  });
}

/** Inside a transaction that has decided that he may have one. */
export async function putEnrolment(
  db: pg.ClientBase,
  officer: number,
  issuer: number | null,
): Promise<IssuedEnrolment> {
  const token = newSecretToken();
  const expiresAt = await insertEnrolment(db, { tokenSha256: sha256(token), officer, issuedBy: issuer });
  return { token, expiresAt };
}

/** @throws Problem `forbidden` when the account holds a duty or role that the actor lacks */
export async function refuseToTouch(
  db: pg.ClientBase,
  actor: number,
  account: Pick<Account, "id">,
): Promise<void> {
  const held = await rightsOf(db, account.id, "now and later");
  if (mayTouch(await rightsOf(db, actor, "now"), held)) return;
  throw new Problem("forbidden", {
    code: "people.holds_more",
    say: "This officer holds a duty or a role that you do not. Whoever holds it too can do this.",
  });
}

async function insertFirstAdministrator(db: pg.ClientBase): Promise<number> {
  const organisation = await ensureOrganisation(db, {
    code: "desk",
    name: "Cyber desk",
    kind: "secretariat",
    country: null,
  });
  const publicId = await insertAccount(db, organisation, {
    organisation: "desk",
    name: "First administrator",
    language: "en",
  });
  const account = await findAccount(db, publicId);
  if (account === null) throw new Error("people.issueFirstEnrolment found no account after making one");
  await insertDuty(db, account.id, "administrator", null);
  return account.id;
}

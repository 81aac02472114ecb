import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  endAccount,
  endDuty,
  findOfficerAccount,
  findOrganisation,
  insertAccount,
  insertDuty,
  listOfficerAccounts,
  lockAccounts,
  type OfficerAccount,
  updateAccount,
} from "../admin-queries.ts";
import { administratorOf } from "../administrator.ts";
import type { NewOfficer, OfficerChange } from "../contract.ts";
import { mayTouch } from "../model/mayTouch.ts";
import type { Duty } from "../model/roles.ts";
import type { Officer } from "../queries.ts";
import { changedMeanwhile } from "./keepOrganisations.ts";

/** Every account, of one organisation where one is named. @throws Problem `forbidden` */
export function listOfficers(
  gate: pg.Pool,
  officer: Officer,
  organisation: string | null,
): Promise<OfficerAccount[]> {
  return transaction(gate, async (db) => {
    await administratorOf(db, officer);
    return listOfficerAccounts(db, organisation);
  });
}

/** A new officer has no duty, no role and no way to sign in. @throws Problem `forbidden`, `invalid` */
export function addOfficer(gate: pg.Pool, officer: Officer, added: NewOfficer): Promise<OfficerAccount> {
  return transaction(gate, async (db) => {
    await lockAccounts(db);
    await administratorOf(db, officer);
    const organisation = await findOrganisation(db, added.organisation);
    if (organisation === null) {
      throw new Problem("invalid", {
        code: "people.unknown_organisation",
        say: `There is no organisation "${added.organisation}". Add it first.`,
      });
    }
    return accountOf(db, await insertAccount(db, organisation.id, added));
  });
}

/** @throws Problem `forbidden`, `not-found`, `conflict` when somebody changed it meanwhile */
export function changeOfficer(
  gate: pg.Pool,
  officer: Officer,
  publicId: string,
  change: OfficerChange,
): Promise<OfficerAccount> {
  return onAccount(gate, officer, publicId, "himself-too", async (db, account) => {
    if (!(await updateAccount(db, account.id, change))) throw changedMeanwhile();
  });
}

/** Sessions, duties and roles end with it. There is no way back: a new account is added instead. */
export function endOfficer(
  gate: pg.Pool,
  officer: Officer,
  publicId: string,
  reason: string,
): Promise<OfficerAccount> {
  return onAccount(gate, officer, publicId, "others", (db, account, actor) =>
    endAccount(db, account.id, actor.id, reason),
  );
}

export function giveDuty(
  gate: pg.Pool,
  officer: Officer,
  publicId: string,
  duty: Duty,
): Promise<OfficerAccount> {
  return onAccount(gate, officer, publicId, "others", (db, account, actor) =>
    insertDuty(db, account.id, duty, actor.id),
  );
}

export function takeDuty(
  gate: pg.Pool,
  officer: Officer,
  publicId: string,
  duty: Duty,
): Promise<OfficerAccount> {
  return onAccount(gate, officer, publicId, "others", (db, account, actor) =>
    endDuty(db, account.id, duty, actor.id),
  );
}

/** Loads the account once, decides about that one, and changes that one. */
function onAccount(
  gate: pg.Pool,
  officer: Officer,
  publicId: string,
  whose: "others" | "himself-too",
  change: (db: pg.ClientBase, account: OfficerAccount, actor: OfficerAccount) => Promise<void>,
): Promise<OfficerAccount> {
  return transaction(gate, async (db) => {
    await lockAccounts(db);
    const actor = await administratorOf(db, officer);
    const account = await findOfficerAccount(db, publicId);
    if (account === null) throw noOfficer();
    refuseAct(actor, account, whose);
    await change(db, account, actor);
    return accountOf(db, publicId);
  });
}

function refuseAct(actor: OfficerAccount, account: OfficerAccount, whose: "others" | "himself-too"): void {
  if (account.id === actor.id && whose === "others") {
    throw new Problem("forbidden", {
      code: "people.not_on_yourself",
      say: "Nobody does this to his own account. Another administrator can.",
    });
  }
  if (!mayTouch(actor, account)) {
    throw new Problem("forbidden", {
      code: "people.holds_more",
      say: "This account holds a duty or a role that you lack. Roles are ended first, by the coordinators of the operation.",
    });
  }
  if (account.endedAt !== null) {
    throw new Problem("conflict", {
      code: "people.account_ended",
      say: "This account has ended. Add a new one.",
    });
  }
}

async function accountOf(db: pg.ClientBase, publicId: string): Promise<OfficerAccount> {
  const account = await findOfficerAccount(db, publicId);
  if (account === null) throw new Error("the account was there a moment ago");
  return account;
}

function noOfficer(): Problem {
  return new Problem("not-found", { code: "people.no_officer", say: "There is no such officer." });
}

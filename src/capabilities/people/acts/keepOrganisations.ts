import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  findBureau,
  findOrganisation,
  insertOrganisation,
  lockAccounts,
  type Organisation,
  updateOrganisation,
} from "../admin-queries.ts";
import { administratorOf } from "../administrator.ts";
import type { NewOrganisation, OrganisationChange } from "../contract.ts";
import type { Officer } from "../queries.ts";

/** @throws Problem `forbidden`, `conflict` when the code is taken or the country has a bureau */
export function addOrganisation(
  gate: pg.Pool,
  officer: Officer,
  added: NewOrganisation,
): Promise<Organisation> {
  return transaction(gate, async (db) => {
    await lockAccounts(db);
    await administratorOf(db, officer);
    if (added.isBureau) await refuseSecondBureau(db, added.country ?? "", added.code);
    const organisation = await insertOrganisation(db, added);
    if (organisation !== null) return organisation;
    throw new Problem("conflict", {
      code: "people.organisation_exists",
      say: `There is an organisation "${added.code}". Give this one another code.`,
    });
  });
}

/** @throws Problem `forbidden`, `not-found`, `invalid`, `conflict` when somebody changed it meanwhile */
export function changeOrganisation(
  gate: pg.Pool,
  officer: Officer,
  code: string,
  change: OrganisationChange,
): Promise<Organisation> {
  return transaction(gate, async (db) => {
    await lockAccounts(db);
    await administratorOf(db, officer);
    const known = await findOrganisation(db, code);
    if (known === null) throw noOrganisation(code);
    if (change.isBureau === true) {
      if (known.kind !== "police" || known.country === null) {
        throw new Problem("invalid", {
          code: "people.not_a_bureau",
          say: "A national central bureau is a police organisation of a country.",
        });
      }
      await refuseSecondBureau(db, known.country, code);
    }
    const changed = await updateOrganisation(db, code, change);
    if (changed === null) throw changedMeanwhile();
    return changed;
  });
}

export function noOrganisation(code: string): Problem {
  return new Problem("not-found", {
    code: "people.no_organisation",
    say: `There is no organisation "${code}".`,
  });
}

/** Somebody else's change came first: nothing of this one is kept. */
export function changedMeanwhile(): Problem {
  return new Problem("conflict", {
    code: "people.changed_meanwhile",
    say: "Somebody changed this since you read it. Read it again and make your change on what it says now.",
  });
}

async function refuseSecondBureau(db: pg.ClientBase, country: string, code: string): Promise<void> {
  const bureau = await findBureau(db, country);
  if (bureau === null || bureau.code === code) return;
  throw new Problem("conflict", {
    code: "people.bureau_exists",
    say: `"${bureau.code}" is the bureau of ${country}. Change that one first.`,
  });
}

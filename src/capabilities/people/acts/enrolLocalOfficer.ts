import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { ensureOrganisation, findOfficerOfAccount, insertOfficer, type Officer } from "../queries.ts";

/**
 * The officer as whom an account of this machine acts on the command line: found, or enrolled at first use. Whoever can
 * open the data folder owns its database anyway; a name makes what he does there somebody's.
 */
export async function enrolLocalOfficer(gate: pg.Pool, account: string): Promise<Officer> {
  const known = await findOfficerOfAccount(gate, account);
  if (known !== null) return known;
  return transaction(gate, async (db) => {
    const organisation = await ensureOrganisation(db, {
      code: "desk",
      name: "Cyber desk",
      kind: "secretariat",
      country: null,
    });
    await insertOfficer(db, {
      organisation,
      name: account,
      language: "en",
      localAccount: account,
    });
    const officer = await findOfficerOfAccount(db, account);
    if (officer === null) throw new Error("people.enrolLocalOfficer found no officer after inserting him");
    return officer;
  });
}

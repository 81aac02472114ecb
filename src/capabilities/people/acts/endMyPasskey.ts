import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { endPasskey, findAccount, lockAccount } from "../sign-in-queries.ts";

/**
 * Takes one of an officer's passkeys away.
 * @throws Problem `not-found` when he has no such passkey; Problem `conflict` when he would be shut out
 */
export function endMyPasskey(gate: pg.Pool, officer: number, passkey: string): Promise<void> {
  return transaction(gate, async (db) => {
    await lockAccount(db, officer);
    if (!(await endPasskey(db, officer, passkey)))
      throw new Problem("not-found", { code: "people.no_passkey", say: "You have no such passkey." });
    if ((await findAccount(db, { id: officer }))?.canSignIn === true) return;
    throw new Problem("conflict", {
      code: "people.only_way_in",
      say: "This is your only way in. Add another one first.",
    });
  });
}

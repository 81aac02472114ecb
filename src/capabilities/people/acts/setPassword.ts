import { randomInt } from "node:crypto";
import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import { passwordFault } from "../model/password-rule.ts";
import { matchedStep, newTotpSecret, totpCard } from "../model/totp.ts";
import { hashPassword } from "../password-hash.ts";
import { notRecognised } from "../refusals.ts";
import { type Account, findTotpOffer, nameAccount, putPassword, putTotpOffer } from "../sign-in-queries.ts";

/** A password with a secret whose code was shown to be known, not stored yet. */
export interface NewPassword {
  readonly hash: string;
  readonly totpSecret: Buffer;
  readonly totpStep: number;
}

/** The name he will type, and the secret for his authenticator app; good for half an hour. */
export async function offerTotp(gate: pg.Pool, officer: Pick<Account, "id" | "name" | "account">) {
  const account = officer.account ?? (await makeAccountName(gate, officer));
  const secret = newTotpSecret();
  await putTotpOffer(gate, officer.id, secret);
  return { account, ...totpCard(secret, account) };
}

/**
 * Checks a new password, and that the officer's app has the secret he was offered.
 * @param now milliseconds since the epoch
 * @throws Problem `invalid` when the password will not do; Problem `forbidden` when the code is wrong
 */
export async function checkNewPassword(
  gate: pg.Pool,
  officer: Pick<Account, "id" | "name">,
  { password, code }: { readonly password: string; readonly code: string },
  now: number,
): Promise<NewPassword> {
  const fault = passwordFault(password, officer);
  if (fault !== null) throw new Problem("invalid", { code: "people.password_refused", say: fault });
  const totpSecret = await findTotpOffer(gate, officer.id);
  const totpStep = totpSecret === null ? null : matchedStep(totpSecret, code, now);
  if (totpSecret === null || totpStep === null) throw notRecognised();
  return { hash: await hashPassword(password), totpSecret, totpStep };
}

/** In the place of the one he had. */
export async function setPassword(db: pg.ClientBase, officer: number, password: NewPassword): Promise<void> {
  await putPassword(db, { officer, ...password });
}

/** Random digits at its end, so that asking for a name never tells that somebody else has it. */
async function makeAccountName(gate: pg.Pool, { id, name }: { readonly id: number; readonly name: string }) {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  for (let attempt = 0; attempt < 5; attempt++) {
    const account = `${slug || "officer"}-${randomInt(100_000, 1_000_000)}`;
    if (await nameAccount(gate, id, account)) return account;
  }
  // Two offers at once: the other one named him.
  throw new Problem("conflict", {
    code: "people.try_again",
    say: "Somebody did this at the same moment. Try again.",
  });
}

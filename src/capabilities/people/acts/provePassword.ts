import type pg from "pg";
import { matchedStep, newTotpSecret } from "../model/totp.ts";
import { isPassword } from "../password-hash.ts";
import { findPassword, takeTotpStep } from "../sign-in-queries.ts";

export interface PasswordProof {
  readonly account: string;
  readonly password: string;
  readonly code: string;
}

/**
 * Whose account, password and code these are; null when any of them is wrong or the code was used before. An unknown
 * account costs the same work as a known one.
 * @param now milliseconds since the epoch
 */
export async function provePassword(
  gate: pg.Pool,
  proof: PasswordProof,
  now: number,
): Promise<number | null> {
  const onFile = await findPassword(gate, proof.account);
  const isHis = await isPassword(proof.password, onFile?.hash ?? null);
  const step = matchedStep(onFile?.totpSecret ?? NOBODY, proof.code, now);
  if (onFile === null || !isHis || step === null) return null;
  return (await takeTotpStep(gate, onFile.officer, step)) ? onFile.officer : null;
}

const NOBODY = newTotpSecret();

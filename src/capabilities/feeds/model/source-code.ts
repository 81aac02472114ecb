import { createHash } from "node:crypto";

/** Crockford's base 32: no letters that are taken for others when a report is read aloud or typed from paper. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS_SHOWN = 6;

/**
 * The code by which outputs name a source: `S` and six characters. It follows from the operation, the source's own id
 * and a salt that stays in the house, so that it tells neither who the source is nor how many others there are.
 */
export function sourceCode(salt: string, operation: string, externalId: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([salt, operation, externalId]))
    .digest();
  let code = "S";
  for (let at = 0; at < DIGITS_SHOWN; at++) code += DIGITS.charAt((hash[at] ?? 0) % DIGITS.length);
  return code;
}

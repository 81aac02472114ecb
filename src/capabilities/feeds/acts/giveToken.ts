import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";
import type { Source } from "../queries.ts";
import { insertToken, type Token, type TokenHolder, useToken } from "../token-queries.ts";

/** Lets people and scanners of leaked secrets see what it is. */
const PREFIX = "muster_deliver_";

/**
 * Gives a partner's machine a token for one source, from now on and for some days. The token is returned once; what is
 * stored is its hash.
 */
export async function giveToken(
  db: pg.ClientBase | pg.Pool,
  source: Source,
  given: { readonly label: string; readonly days: number },
): Promise<Token & { readonly token: string }> {
  const token = `${PREFIX}${randomBytes(32).toString("base64url")}`;
  const stored = await insertToken(db, { source: source.id, ...given, sha256: sha256(token) });
  return { ...stored, token };
}

/** For whom a token in force lets its machine in, or null. Asked as `muster_gate`. */
export function holderOf(gate: pg.ClientBase | pg.Pool, token: string): Promise<TokenHolder | null> {
  return useToken(gate, sha256(token));
}

function sha256(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

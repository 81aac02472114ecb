import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";
import { findSession, insertSession, type Session } from "../queries.ts";

/** SD-2. */
const LONGEST_HOURS = 12;

/**
 * Opens a session for somebody who has proved who he is, and returns its token: 32 random bytes, base64url, kept by him alone.
 * @param method how he proved it
 */
export async function openSession(
  gate: pg.ClientBase | pg.Pool,
  officer: number,
  method: "enrolment" | "passkey" | "password" | "oidc",
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await insertSession(gate, { tokenSha256: sha256(token), officer, method, hours: LONGEST_HOURS });
  return token;
}

/** The open session of this token, or null. */
export function sessionOf(gate: pg.ClientBase | pg.Pool, token: string): Promise<Session | null> {
  return findSession(gate, sha256(token));
}

function sha256(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

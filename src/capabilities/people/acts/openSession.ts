import type pg from "pg";
import { SESSION_HOURS } from "../front-door.ts";
import { findSession, insertSession, type Session } from "../queries.ts";
import { newSecretToken, sha256 } from "../secret-token.ts";

/**
 * Opens a session for somebody who has proved who he is, and returns its token: 32 random bytes, base64url, kept by him alone.
 * @param method how he proved it
 */
export async function openSession(
  gate: pg.ClientBase | pg.Pool,
  officer: number,
  method: "enrolment" | "passkey" | "password" | "oidc",
): Promise<string> {
  const token = newSecretToken();
  await insertSession(gate, { tokenSha256: sha256(token), officer, method, hours: SESSION_HOURS });
  return token;
}

/** The open session of this token, or null. */
export function sessionOf(gate: pg.ClientBase | pg.Pool, token: string): Promise<Session | null> {
  return findSession(gate, sha256(token));
}

import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes, base64url: a session, a one-time link. Kept by its holder alone. */
export function newSecretToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a token. No salt: there is nothing to guess in 32 random bytes. */
export function sha256(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

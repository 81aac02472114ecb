import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";
import type pg from "pg";
import { Problem } from "../problem.ts";

/** The secret of this house that seals places in lists: 32 bytes. Only the gate may read it. */
export async function readCursorSecret(gate: pg.Pool): Promise<Buffer> {
  const found = await gate.query<{ secret: Buffer }>(
    "/* platform.readCursorSecret */ select secret from platform.house_secret where name = 'cursor'",
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("the house has no secret for cursors");
  return row.secret;
}

/** Where a list was left off: 16 bytes, such as the id of the last row shown. */
const PLACE_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CURSOR_BYTES = NONCE_BYTES + PLACE_BYTES + TAG_BYTES;

/** A cursor as text: always of this length, so that it says nothing by it. */
export const CURSOR_LENGTH = Math.ceil((CURSOR_BYTES * 4) / 3);

/**
 * Seals the place where a list was left off, by AES-256-GCM: its holder can neither read nor change it, and it opens in
 * the same `scope` only. The same place of the same list always looks the same, so that an unchanged page is unchanged to
 * the byte; no two places share a nonce, because it is made from both.
 * @param secret 32 bytes of this house
 * @param scope what the list depends on (route, officer, operation, filter): not in the cursor, but it must be the same
 * @param place 16 bytes
 * @returns base64url
 */
export function sealCursor(secret: Uint8Array, scope: readonly unknown[], place: Uint8Array): string {
  if (place.length !== PLACE_BYTES) throw new RangeError(`a place has ${PLACE_BYTES} bytes`);
  const about = digestOf(scope);
  const nonce = createHmac("sha256", secret).update(about).update(place).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", secret, nonce).setAAD(about);
  const sealed = Buffer.concat([cipher.update(place), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64url");
}

/**
 * The place of a cursor that was sealed in the same scope.
 * @throws Problem `invalid`, the same for a cursor that is broken and for one of another officer, filter or house
 */
export function openCursor(secret: Uint8Array, scope: readonly unknown[], cursor: string): Buffer {
  const bytes = Buffer.from(cursor, "base64url");
  if (bytes.length !== CURSOR_BYTES || bytes.toString("base64url") !== cursor) throw refused();
  const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, NONCE_BYTES))
    .setAAD(digestOf(scope))
    .setAuthTag(bytes.subarray(CURSOR_BYTES - TAG_BYTES));
  try {
    const place = decipher.update(bytes.subarray(NONCE_BYTES, NONCE_BYTES + PLACE_BYTES));
    return Buffer.concat([place, decipher.final()]);
  } catch {
    throw refused();
  }
}

function digestOf(scope: readonly unknown[]): Buffer {
  return createHash("sha256").update(JSON.stringify(scope)).digest();
}

function refused(): Problem {
  return new Problem("invalid", {
    code: "http.cursor_unknown",
    say: "This cursor does not belong to this list. Begin again without one.",
  });
}

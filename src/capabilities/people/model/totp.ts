import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;

/** As long as the hash (RFC 4226, section 4). */
export function newTotpSecret(): Buffer {
  return randomBytes(20);
}

/** What an authenticator app reads, as text and as the address that a picture would hold (RFC 6238). */
export function totpCard(
  secret: Uint8Array,
  account: string,
): { readonly secret: string; readonly uri: string } {
  const totp = totpOf(secret, account);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/**
 * The thirty seconds, counted from the epoch, that a code belongs to; null when it is wrong. One step early or late is
 * taken, for clocks that differ (RFC 6238, section 5.2). Whoever accepts it remembers the step: a code is good once.
 * @param now milliseconds since the epoch
 */
export function matchedStep(secret: Uint8Array, code: string, now: number): number | null {
  const delta = totpOf(secret, "").validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

function totpOf(secret: Uint8Array, label: string): TOTP {
  return new TOTP({
    issuer: "Muster",
    label,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    // What every app reads; apps are known to ignore other values in silence.
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_SECONDS,
  });
}

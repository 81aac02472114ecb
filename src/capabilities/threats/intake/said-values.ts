/*
 * What a claim says beside its value, cut to what the tables can hold. Formats read strangers' numbers; one of a million that is
 * absurd must neither end the delivery nor be kept as another number than the one that was said: it counts as not said.
 */

/** A port from 1 to 65535, else null. */
export function saidPort(port: number | undefined): number | null {
  return port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : null;
}

/** A confidence from 0 to 100 as a whole number, else null. */
export function saidConfidence(confidence: number | undefined): number | null {
  return confidence !== undefined && confidence >= 0 && confidence <= 100 ? Math.round(confidence) : null;
}

/** Two capital letters, else null. */
export function saidCountry(country: string | undefined): string | null {
  return country !== undefined && /^[A-Z]{2}$/.test(country) ? country : null;
}

const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** An instant (milliseconds since the epoch) between the years 1900 and 2200, else null: "valid until 9999" means no end. */
export function saidInstant(at: number | undefined): number | null {
  return at !== undefined && at >= EARLIEST && at < LATEST ? at : null;
}

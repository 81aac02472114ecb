import { createHash, randomFillSync } from "node:crypto";
import { type Clock, systemClock } from "./clock.ts";

let lastMs = 0;
let sequence = 0;

/**
 * A version 7 UUID (RFC 9562), made here because PostgreSQL before 18 has none. Those of one process sort in the
 * order they were made: within one millisecond the 12 bits after the version count up (RFC 9562, method 1), and a
 * clock that steps back does not lower them.
 */
export function uuidv7(clock: Clock = systemClock): string {
  const now = clock.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  const bytes = randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return formatUuid(bytes);
}

/**
 * A version 5 UUID (RFC 9562): the same namespace and name give the same id for ever. STIX 2.1 demands it for
 * cyber-observables. Throws RangeError when `namespace` is not a UUID.
 */
export function uuidv5(namespace: string, name: string): string {
  const digest = createHash("sha1")
    .update(uuidBytes(namespace))
    .update(name, "utf8")
    .digest()
    .subarray(0, 16);
  digest[6] = 0x50 | ((digest[6] ?? 0) & 0x0f);
  digest[8] = 0x80 | ((digest[8] ?? 0) & 0x3f);
  return formatUuid(digest);
}

/** The 16 bytes of a UUID in its usual text form. Throws RangeError when it is not one. */
export function uuidBytes(uuid: string): Buffer {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(uuid))
    throw new RangeError(`not a UUID: ${uuid}`);
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

/** The usual text form (lower case, with dashes) of 16 bytes. */
export function formatUuid(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`a UUID has 16 bytes, not ${bytes.length}`);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

import { createHash } from "node:crypto";

/** Name-based UUID of version 5 (RFC 9562 section 5.5): the same namespace and name always give the same id. */
export function uuid5(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll("-", ""), "hex");
  if (space.length !== 16) throw new TypeError(`not a UUID: ${namespace}`);
  const digest = createHash("sha1").update(space).update(name, "utf8").digest();
  return withVersion(digest, 5);
}

/**
 * A UUID in the layout of version 4 whose random bits come from a hash of the name. Where a standard recommends
 * version 4 (STIX 2.1 section 2.9 for domain and relationship objects) and the same content must still give the same
 * bytes, this says both. 122 bits of SHA-256: as free of collisions as random ones.
 */
export function repeatableUuid4(name: string): string {
  return withVersion(createHash("sha256").update(name, "utf8").digest(), 4);
}

function withVersion(digest: Buffer, version: number): string {
  digest[6] = ((digest[6] ?? 0) & 0x0f) | (version << 4);
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

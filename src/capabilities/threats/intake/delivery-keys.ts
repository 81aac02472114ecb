import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { DeliveryDifference } from "#capabilities/feeds/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { KEY_BYTES } from "./batch.ts";

/** Collects the keys of every assertion a file makes, in a file of its own, because they may be millions. */
export interface KeyLog {
  add(keys: Uint8Array): Promise<void>;
  /** Puts the keys into the store and returns their name there. */
  finish(store: FileStore): Promise<string>;
  /** Also after `finish`. */
  close(): Promise<void>;
}

/**
 * The file has no name once it is open: two workers that read the same delivery do not meet in it, and nothing stays
 * behind however the process ends.
 * @param folder for files under way
 */
export async function openKeyLog(folder: string): Promise<KeyLog> {
  const path = join(folder, `keys-${randomBytes(8).toString("hex")}`);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  await unlink(path);
  return {
    async add(keys) {
      for (let at = 0; at < keys.length; ) at += (await file.write(keys, at)).bytesWritten;
    },
    async finish(store) {
      const { sha256 } = await store.put(file.createReadStream({ start: 0, autoClose: false }));
      return sha256;
    },
    close: () => file.close(),
  };
}

/**
 * Compares the distinct assertions of two deliveries. Keys are folded to 64 bits and sorted as numbers: a million
 * costs 8 MB and a fraction of a second. Two of a million falling together is a chance of one in 37 million, and
 * would only shift these counts by one.
 */
export async function compareDeliveries(
  store: FileStore,
  before: string,
  after: string,
): Promise<DeliveryDifference> {
  const [old, now] = [await foldedKeys(store, before), await foldedKeys(store, after)];
  let same = 0;
  let i = 0;
  let j = 0;
  while (i < old.length && j < now.length) {
    const a = old[i] ?? 0n;
    const b = now[j] ?? 0n;
    if (a === b) same++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return { same, added: now.length - same, gone: old.length - same };
}

/** Distinct folded keys, sorted. */
async function foldedKeys(store: FileStore, sha256: string): Promise<BigUint64Array> {
  const bytes = await store.read(sha256);
  const keys = new BigUint64Array(Math.floor(bytes.length / KEY_BYTES));
  for (let i = 0; i < keys.length; i++) {
    const at = i * KEY_BYTES;
    keys[i] = bytes.readBigUInt64LE(at) ^ bytes.readBigUInt64LE(at + 16);
  }
  keys.sort();
  let distinct = 0;
  for (let i = 0; i < keys.length; i++)
    if (i === 0 || keys[i] !== keys[i - 1]) keys[distinct++] = keys[i] ?? 0n;
  return keys.subarray(0, distinct);
}

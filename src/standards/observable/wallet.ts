import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { base58xmr, bech32, bech32m, createBase58check, hex } from "@scure/base";

const base58check = createBase58check(sha256);

/**
 * The normal form of a payment address whose checksum is right, or null: Bitcoin, Litecoin and Dogecoin (Base58Check; BIP 173
 * and 350 for bech32 and bech32m), Tron, Monero, and Ethereum with everything that shares its addresses. A URI prefix
 * (`bitcoin:`) is taken off. Base58 addresses keep their case, which is part of them; bech32 and Ethereum are lower case, the
 * latter after its mixed case has passed EIP-55.
 */
export function normaliseWallet(text: string): string | null {
  const address = text
    .replace(/^(?:bitcoin|litecoin|dogecoin|ethereum|tron|monero):/i, "")
    .replace(/\?.*$/, "");
  if (/^0x[0-9a-f]{40}$/i.test(address)) return ethereumAddress(address);
  if (/^(?:bc|tb|ltc)1[02-9ac-hj-np-z]{6,87}$/i.test(address)) return segwitAddress(address);
  if (/^[1-9A-HJ-NP-Za-km-z]{26,35}$/.test(address)) return hasBase58Checksum(address) ? address : null;
  if (/^[1-9A-HJ-NP-Za-km-z]{95}$|^[1-9A-HJ-NP-Za-km-z]{106}$/.test(address)) {
    return hasMoneroChecksum(address) ? address : null;
  }
  return null;
}

/**
 * First byte of the decoded address: Bitcoin 0 and 5, test networks 111 and 196, Litecoin 48 and 50, Dogecoin 30 and 22, Tron
 * 65.
 */
const VERSIONS = new Set([0, 5, 111, 196, 48, 50, 30, 22, 65]);

function hasBase58Checksum(address: string): boolean {
  const bytes = decodeOrNull(() => base58check.decode(address));
  return bytes !== null && bytes.length === 21 && VERSIONS.has(bytes[0] ?? -1);
}

function segwitAddress(address: string): string | null {
  // BIP 173: a mix of cases is an error, because it defeats the checksum.
  if (address !== address.toLowerCase() && address !== address.toUpperCase()) return null;
  const lower = address.toLowerCase();
  const words = bech32.decodeUnsafe(lower, 90)?.words;
  const taprootWords = bech32m.decodeUnsafe(lower, 90)?.words;
  const isVersion0 = words?.[0] === 0;
  const isLater = taprootWords?.[0] !== undefined && taprootWords[0] >= 1 && taprootWords[0] <= 16;
  return isVersion0 || isLater ? lower : null;
}

function ethereumAddress(address: string): string | null {
  const digits = address.slice(2);
  const lower = digits.toLowerCase();
  if (digits === lower || digits === digits.toUpperCase()) return `0x${lower}`;
  const hash = hex.encode(keccak_256(new TextEncoder().encode(lower)));
  const expected = [...lower]
    .map((digit, at) => ((hash[at] ?? "0") >= "8" ? digit.toUpperCase() : digit))
    .join("");
  return expected === digits ? `0x${lower}` : null;
}

/** Network bytes 18 standard, 19 integrated, 42 sub-address; the last four bytes are the start of the Keccak hash of the rest. */
function hasMoneroChecksum(address: string): boolean {
  const bytes = decodeOrNull(() => base58xmr.decode(address));
  if (bytes === null || ![18, 19, 42].includes(bytes[0] ?? 0)) return false;
  const checksum = keccak_256(bytes.subarray(0, -4)).subarray(0, 4);
  return checksum.every((byte, at) => byte === bytes[bytes.length - 4 + at]);
}

/** The library throws on a wrong checksum, which here is an ordinary answer. */
function decodeOrNull(decode: () => Uint8Array): Uint8Array | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

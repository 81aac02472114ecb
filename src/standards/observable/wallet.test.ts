import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { base58xmr, bech32, bech32m, createBase58check } from "@scure/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseObservable } from "./normalise.ts";
import { normaliseWallet } from "./wallet.ts";

const check = createBase58check(sha256);
const hash20 = fc.uint8Array({ minLength: 20, maxLength: 20 });

describe("normaliseWallet", () => {
  it("takes Base58Check addresses of the networks it knows, found by shape too", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 5, 48, 50, 30, 22, 65), hash20, (version, hash) => {
        const address = check.encode(Uint8Array.of(version, ...hash));
        expect(normaliseObservable(address)).toMatchObject({
          type: "crypto-wallet",
          value: address,
          host: null,
        });
        expect(normaliseWallet(withOneCharacterChanged(address))).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it("takes bech32 and bech32m addresses in either case and gives them lower case", () => {
    fc.assert(
      fc.property(fc.constantFrom("bc", "ltc"), hash20, (prefix, hash) => {
        const first = bech32.encode(prefix, [0, ...bech32.toWords(hash)]);
        const taproot = bech32m.encode(prefix, [
          1,
          ...bech32m.toWords(Uint8Array.of(...hash, ...hash.subarray(0, 12))),
        ]);
        expect(normaliseWallet(first.toUpperCase())).toBe(first);
        expect(normaliseWallet(taproot)).toBe(taproot);
        expect(normaliseWallet(withOneCharacterChanged(first))).toBeNull();
        expect(normaliseWallet(bech32.encode(prefix, [1, ...bech32.toWords(hash)]))).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it("holds a mixed-case Ethereum address to EIP-55 and gives one spelling for all", () => {
    // The first example of EIP-55 itself.
    const mixed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    expect(normaliseWallet(mixed)).toBe(mixed.toLowerCase());
    expect(normaliseWallet(`ethereum:${mixed}?value=1`)).toBe(mixed.toLowerCase());
    expect(normaliseWallet(mixed.toLowerCase())).toBe(mixed.toLowerCase());
    expect(normaliseWallet(mixed.replace("aA", "Aa"))).toBeNull();
  });

  it("holds Monero addresses to their checksum", () => {
    const body = Uint8Array.of(18, ...new Uint8Array(64).fill(7));
    const address = base58xmr.encode(Uint8Array.of(...body, ...keccak_256(body).subarray(0, 4)));
    expect(normaliseWallet(address)).toBe(address);
    expect(normaliseWallet(withOneCharacterChanged(address))).toBeNull();
  });
});

function withOneCharacterChanged(address: string): string {
  const at = address.length - 3;
  return `${address.slice(0, at)}${address[at] === "q" ? "p" : "q"}${address.slice(at + 1)}`;
}

import { createMessage, readKey, readSignature, verify } from "openpgp";

export type SignatureVerdict =
  | { readonly good: true; readonly fingerprint: string; readonly signedAt: Date }
  | { readonly good: false; readonly reason: string };

/**
 * Checks a detached OpenPGP signature against one public key. Never throws for bad input: an unreadable signature is
 * a bad signature. Imports nothing that signs, so that a verifier never needs a private key near it.
 */
export async function verifyDetached(
  bytes: Uint8Array,
  armoredSignature: string,
  publicKeyArmored: string,
): Promise<SignatureVerdict> {
  try {
    const key = await readKey({ armoredKey: publicKeyArmored });
    if (key.isPrivate()) return { good: false, reason: "the key given is a private key" };
    const { signatures } = await verify({
      message: await createMessage({ binary: bytes }),
      signature: await readSignature({ armoredSignature }),
      verificationKeys: key,
    });
    const first = signatures[0];
    if (!first || signatures.length !== 1)
      return { good: false, reason: `${signatures.length} signatures, expected 1` };
    await first.verified;
    const packet = (await first.signature).packets[0];
    return {
      good: true,
      fingerprint: key.getFingerprint().toUpperCase(),
      signedAt: packet?.created ?? new Date(Number.NaN),
    };
  } catch (error) {
    return { good: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

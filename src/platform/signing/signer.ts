import { readFile, stat } from "node:fs/promises";
import { createMessage, readPrivateKey, sign } from "openpgp";

export interface Signer {
  /** Fingerprint of the key, capital hex. */
  readonly fingerprint: string;
  readonly publicKeyArmored: string;
  /** Detached OpenPGP signature over the bytes, ASCII-armoured. `at` must not be before the key was made. */
  signDetached(bytes: Uint8Array, at: Date): Promise<string>;
}

/**
 * Loads the private key. Refuses a file that others may read: such a key has to be taken for lost. Only the signer
 * program calls this.
 */
export async function loadSigner(privateKeyFile: string): Promise<Signer> {
  const { mode } = await stat(privateKeyFile);
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw new Error(
      `${privateKeyFile} has mode ${shown}; a signing key must have mode 600. Replace the key.`,
    );
  }
  const key = await readPrivateKey({ armoredKey: await readFile(privateKeyFile, "utf8") });
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    publicKeyArmored: key.toPublic().armor(),
    async signDetached(bytes, at) {
      const signature: unknown = await sign({
        message: await createMessage({ binary: bytes }),
        signingKeys: key,
        detached: true,
        date: at,
        // Ed25519 needs no salt, and without it the same manifest signed at the same instant has the same signature.
        config: { nonDeterministicSignaturesViaNotation: false },
      });
      return String(signature);
    },
  };
}

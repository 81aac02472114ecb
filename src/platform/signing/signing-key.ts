import { chmod, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { generateKey, readKey } from "openpgp";

export interface SigningKeyFiles {
  /** Private key without passphrase, mode 0600: only the signer may open it. */
  readonly privateKeyFile: string;
  /** Public key, ASCII-armoured, to be handed out: `signing-key.asc`. */
  readonly publicKeyFile: string;
}

/**
 * Makes the signing key on the first start and leaves an existing one alone. Two starters cannot both win: the private
 * file appears by a hard link, which fails when it is already there. Returns the fingerprint in capital hex.
 *
 * The curve is Ed25519 in its older OpenPGP encoding, because GnuPG 2.2, which many bureaus still run, refuses the
 * newer one as "unsupported public-key algorithm".
 */
export async function ensureSigningKey(files: SigningKeyFiles, owner: string, now: Date): Promise<string> {
  await mkdir(dirname(files.privateKeyFile), { recursive: true });
  const { privateKey, publicKey } = await generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    userIDs: [{ name: owner }],
    subkeys: [],
    date: now,
    format: "armored",
  });
  if (await createOnce(files.privateKeyFile, privateKey)) {
    await writeFile(files.publicKeyFile, publicKey, { mode: 0o644 });
  }
  const key = await readKey({ armoredKey: await readFile(files.privateKeyFile, "utf8") });
  return key.getFingerprint().toUpperCase();
}

async function createOnce(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.new`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: "wx" });
    await chmod(draft, 0o600);
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

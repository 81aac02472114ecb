import type { Signer } from "#platform/signing/signer.ts";
import { MANIFEST_FILE, type PackageFile, SIGNATURE_FILE } from "./model/manifest.ts";

/** `manifest.sig` for a rendered package: a detached OpenPGP signature over the bytes of its manifest. */
export async function signPackage(
  files: readonly PackageFile[],
  signer: Signer,
  at: Date,
): Promise<PackageFile> {
  const manifest = files.find((file) => file.name === MANIFEST_FILE);
  if (!manifest) throw new Error("A package without a manifest cannot be signed");
  return { name: SIGNATURE_FILE, bytes: Buffer.from(await signer.signDetached(manifest.bytes, at), "utf8") };
}

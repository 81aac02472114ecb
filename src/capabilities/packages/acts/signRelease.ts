import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import type { FileStore } from "#platform/files/store.ts";
import { Problem } from "#platform/problem.ts";
import type { Signer } from "#platform/signing/signer.ts";
import { findPackage, insertRelease, listPackageFiles } from "../queries.ts";

/** What the signer insists on in a manifest before it signs it. */
const SignableManifest = z.looseObject({
  reference: z.string(),
  version: z.number(),
  country: z.string(),
  files: z.array(z.looseObject({ name: z.string(), sha256: z.string(), sizeBytes: z.number() })),
});

/**
 * The signer's one act: reads the composed package for itself, file by file, and signs its manifest only when all of
 * it agrees and an officer ordered its release. Whoever asked is not believed: a manifest that names another package, or a file whose bytes are not what
 * the manifest says, is refused. Signing again what is released changes nothing.
 */
export async function signRelease(
  here: {
    readonly pool: pg.Pool;
    readonly store: FileStore;
    readonly signer: Signer;
    readonly now: () => Date;
  },
  packageId: number,
): Promise<void> {
  const found = await findPackage(here.pool, packageId);
  if (found === null || found.signature !== null) return;
  if (!found.isOrdered) throw refused(found.reference, "nobody ordered its release");
  if (found.isRecalled) throw refused(found.reference, "it tells of what was deleted since");
  const manifestBytes = await here.store.read(found.manifestSha256);
  const manifest = SignableManifest.parse(JSON.parse(manifestBytes.toString("utf8")));
  if (
    manifest.reference !== found.reference ||
    manifest.version !== found.version ||
    manifest.country !== found.country
  ) {
    throw refused(found.reference, "its manifest names another package");
  }
  const stored = new Map((await listPackageFiles(here.pool, packageId)).map((file) => [file.name, file]));
  for (const file of manifest.files) {
    const known = stored.get(file.name);
    const bytes = known === undefined ? null : await here.store.read(known.sha256);
    if (bytes === null || sha256Of(bytes) !== file.sha256 || bytes.length !== file.sizeBytes) {
      throw refused(found.reference, `${file.name} is not what the manifest says`);
    }
  }
  if (stored.size !== manifest.files.length + 1)
    throw refused(found.reference, "it holds files that the manifest does not name");
  await insertRelease(here.pool, {
    package: packageId,
    signature: await here.signer.signDetached(manifestBytes, here.now()),
    keyFingerprint: here.signer.fingerprint,
  });
}

function refused(reference: string, why: string): Problem {
  return new Problem("conflict", {
    code: "packages.not_signable",
    say: `Package ${reference} is not signed: ${why}. Compose it again.`,
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

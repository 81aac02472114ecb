import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import type { Signer } from "#platform/signing/signer.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { findDeletion, isDeliveryThere, updateDeletionCertified } from "../deletion-queries.ts";
import { DeletionCertificate } from "../model/certificate.ts";

/**
 * The signer's act: reads the deletion for itself and signs its certificate only when the certificate speaks of that
 * deletion and the delivery is gone. Signing again what is certified changes nothing.
 */
export async function signDeletion(
  here: { readonly pool: pg.Pool; readonly signer: Signer; readonly now: () => Date },
  id: number,
): Promise<void> {
  const deletion = await findDeletion(here.pool, id);
  if (deletion === null || deletion.state !== "deleted" || deletion.certificate === null) return;
  const said = DeletionCertificate.parse(JSON.parse(deletion.certificate));
  const agrees =
    canonicalJson(said) === deletion.certificate &&
    said.id === deletion.publicId &&
    said.delivery.id === deletion.deliveryPublicId &&
    said.delivery.sha256 === deletion.sha256;
  if (!agrees) throw refused(deletion.publicId, "it speaks of another deletion");
  if (await isDeliveryThere(here.pool, deletion.delivery))
    throw refused(deletion.publicId, "the delivery is still there");
  const signature = await here.signer.signDetached(Buffer.from(deletion.certificate, "utf8"), here.now());
  await updateDeletionCertified(here.pool, id, signature, here.signer.fingerprint);
}

function refused(deletion: string, why: string): Problem {
  return new Problem("conflict", {
    code: "feeds.not_certifiable",
    say: `The certificate of deletion ${deletion} is not signed: ${why}.`,
  });
}

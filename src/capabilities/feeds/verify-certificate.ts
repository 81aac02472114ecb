import { verifyDetached } from "#platform/signing/verify-detached.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { DeletionCertificate, SignedCertificate } from "./model/certificate.ts";

export interface CertificateReport {
  readonly good: boolean;
  /** What does not hold; empty when everything does. */
  readonly faults: readonly string[];
  readonly certificate: DeletionCertificate | null;
  readonly signedAt: string | null;
  readonly fingerprint: string | null;
}

/** Whether a file looks like a signed deletion certificate, so that `verify` knows what it was given. */
export function isSignedCertificate(json: unknown): boolean {
  return SignedCertificate.safeParse(json).success;
}

/**
 * Verifies a deletion certificate with nothing but the file and the public key: the signature over its exact bytes, and
 * that it has the form of a certificate. Never throws for a bad one.
 */
export async function verifyCertificate(json: unknown, publicKeyArmored: string): Promise<CertificateReport> {
  const none = { good: false, certificate: null, signedAt: null, fingerprint: null };
  const signed = SignedCertificate.safeParse(json);
  if (!signed.success) return { ...none, faults: ["is no signed deletion certificate"] };
  const bytes = Buffer.from(signed.data.certificate, "utf8");
  const verdict = await verifyDetached(bytes, signed.data.signature, publicKeyArmored);
  if (!verdict.good) return { ...none, faults: [verdict.reason] };
  const parsed = DeletionCertificate.safeParse(parse(signed.data.certificate));
  const faults: string[] = [];
  if (!parsed.success) faults.push("does not have the form of a certificate");
  else if (canonicalJson(parsed.data) !== signed.data.certificate) faults.push("is not canonical JSON");
  if (verdict.fingerprint !== signed.data.keyFingerprint)
    faults.push("names another key than the one it holds with");
  return {
    good: faults.length === 0,
    faults,
    certificate: parsed.data ?? null,
    signedAt: verdict.signedAt.toISOString(),
    fingerprint: verdict.fingerprint,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

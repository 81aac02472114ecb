import { readFile, stat } from "node:fs/promises";
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

/** Certificates are small; a log may be larger than memory and is never read here. */
const LARGEST_BYTES = 1024 * 1024;

/** The signed certificate that the file holds, unchecked; null when it holds something else. */
export async function readSignedCertificate(file: string): Promise<SignedCertificate | null> {
  const { size } = await stat(file);
  if (size > LARGEST_BYTES) return null;
  const signed = SignedCertificate.safeParse(parse(await readFile(file, "utf8")));
  return signed.success ? signed.data : null;
}

/**
 * Verifies a deletion certificate with nothing but the file and the public key: the signature over its exact bytes, and
 * that it has the form of a certificate. Never throws for a bad one.
 */
export async function verifyCertificate(
  signed: SignedCertificate,
  publicKeyArmored: string,
): Promise<CertificateReport> {
  const none = { good: false, certificate: null, signedAt: null, fingerprint: null };
  const bytes = Buffer.from(signed.certificate, "utf8");
  const verdict = await verifyDetached(bytes, signed.signature, publicKeyArmored);
  if (!verdict.good) return { ...none, faults: [verdict.reason] };
  const parsed = DeletionCertificate.safeParse(parse(signed.certificate));
  const faults: string[] = [];
  if (!parsed.success) faults.push("does not have the form of a certificate");
  else if (canonicalJson(parsed.data) !== signed.certificate) faults.push("is not canonical JSON");
  if (verdict.fingerprint !== signed.keyFingerprint)
    faults.push("names another key than the one it holds with");
  return {
    good: faults.length === 0,
    faults,
    certificate: parsed.data ?? null,
    signedAt: verdict.signedAt.toISOString(),
    fingerprint: verdict.fingerprint,
  };
}

/** A verification as people read it. */
export function certificateText({ good, faults, certificate }: CertificateReport): string {
  if (!good || certificate === null) return `${faults.map((fault) => `FAIL  ${fault}`).join("\n")}\n`;
  const { source, delivery, deletedAt, deleted } = certificate;
  const counts = Object.entries(deleted).map(([kind, count]) => `${count} ${kind}`);
  return `ok    delivery ${delivery.sha256} of ${source} was deleted at ${deletedAt}: ${counts.join(", ")}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

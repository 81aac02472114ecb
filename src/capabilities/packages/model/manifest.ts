import type { Tlp } from "#standards/tlp.ts";
import type { ReportContent } from "./report.ts";

export const MANIFEST_FILE = "manifest.json";
export const SIGNATURE_FILE = "manifest.sig";

/** Files of a package besides manifest and signature, with their media types. */
export const PACKAGE_FILES = {
  "report.pdf": "application/pdf",
  "report.json": "application/json",
  "indicators.csv": "text/csv; charset=utf-8",
  "bundle.stix.json": "application/stix+json;version=2.1",
  "event.misp.json": "application/json",
} as const;
/** As what a file of a package is handed out; null when a package holds no file of this name. */
export function mediaTypeOf(name: string): string | null {
  if (name === MANIFEST_FILE) return "application/json";
  if (name === SIGNATURE_FILE) return "application/pgp-signature";
  return new Map<string, string>(Object.entries(PACKAGE_FILES)).get(name) ?? null;
}

export type PackageFileName = keyof typeof PACKAGE_FILES;

export interface PackageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is signed: every file of the package with its hash. Written as canonical JSON (RFC 8785). */
export interface Manifest {
  readonly schema: "muster/package-manifest/1";
  readonly reference: string;
  readonly version: number;
  readonly operation: string;
  readonly country: string;
  readonly rules: string;
  /** The report's `asOf`: a package of the same facts has the same bytes, whenever it is made. */
  readonly createdAt: string;
  readonly marking: { readonly tlp: Tlp; readonly pap: string | null; readonly codes: readonly string[] };
  readonly threats: number;
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export function manifestOf(report: ReportContent, files: readonly ManifestFile[]): Manifest {
  return {
    schema: "muster/package-manifest/1",
    reference: report.reference,
    version: report.version,
    operation: report.operation.id,
    country: report.country,
    rules: report.rules,
    createdAt: report.asOf,
    marking: report.marking,
    threats: report.threats.length,
    files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

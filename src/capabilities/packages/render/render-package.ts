import { createHash } from "node:crypto";
import { canonicalJson } from "#standards/canonical-json.ts";
import {
  MANIFEST_FILE,
  type ManifestFile,
  manifestOf,
  PACKAGE_FILES,
  type PackageFile,
  type PackageFileName,
} from "../model/manifest.ts";
import type { ReportContent } from "../model/report.ts";
import { indicatorCsv } from "./indicator-csv.ts";
import { mispAnnex } from "./misp-annex.ts";
import type { PdfPrinter } from "./pdf/pdf-printer.ts";
import { stixAnnex } from "./stix-annex.ts";

/**
 * The files of one country package, all but the signature: report.json, indicators.csv, bundle.stix.json,
 * event.misp.json, report.pdf (which prints the hashes of the others) and manifest.json. All say what the report says.
 * The same report gives the same bytes. `printer` is made once and used for all packages.
 */
export function renderPackage(report: ReportContent, printer: PdfPrinter): PackageFile[] {
  const annexes = [
    fileOf("indicators.csv", indicatorCsv(report)),
    fileOf("bundle.stix.json", stixAnnex(report)),
    fileOf("event.misp.json", mispAnnex(report)),
    fileOf("report.json", `${JSON.stringify(report, null, 1)}\n`),
  ];
  const entries = annexes.map(manifestEntry);
  const pdf = { name: "report.pdf", bytes: printer.print(report, entries) } as const;
  const manifest = manifestOf(report, [...entries, manifestEntry(pdf)]);
  return [pdf, ...annexes, { name: MANIFEST_FILE, bytes: Buffer.from(canonicalJson(manifest), "utf8") }];
}

type NamedFile = PackageFile & { readonly name: PackageFileName };

function fileOf(name: PackageFileName, text: string): NamedFile {
  return { name, bytes: Buffer.from(text, "utf8") };
}

function manifestEntry({ name, bytes }: NamedFile): ManifestFile {
  return {
    name,
    mediaType: PACKAGE_FILES[name],
    sizeBytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** What later capabilities may call: composing, rendering, signing and verifying country packages. */
export { type ComposeInput, type CountryReader, composeReports } from "./compose-reports.ts";
export { MANIFEST_FILE, type Manifest, type PackageFile, SIGNATURE_FILE } from "./model/manifest.ts";
export type { ReportContent, ReportDesk, ReportLanguage, ReportOperation } from "./model/report.ts";
export { type PdfPrinter, pdfPrinter } from "./render/pdf/pdf-printer.ts";
export { renderPackage } from "./render/render-package.ts";
export { signPackage } from "./sign-package.ts";

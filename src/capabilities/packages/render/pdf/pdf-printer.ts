import { readFileSync } from "node:fs";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";
import { withoutIsolates } from "#platform/i18n/isolate.ts";
import type { ManifestFile } from "../../model/manifest.ts";
import type { ReportContent } from "../../model/report.ts";
import { REPORT_FONTS } from "../printable.ts";
import { type ReportView, reportView } from "./report-view.ts";

export interface PdfPrinter {
  /** The report as PDF/A-2a (tagged, with text in reading order). `annexes` are listed in it with their hashes. */
  print(report: ReportContent, annexes: readonly ManifestFile[]): Uint8Array;
}

const LAYOUT = readFileSync(new URL("./report.typ", import.meta.url), "utf8");

/**
 * Makes a printer. One is made for a run of packages: it holds the fonts and Typst's cache of what it has laid out
 * before. All content goes in as data; Typst never reads a text of the feeds as markup.
 */
export function pdfPrinter(): PdfPrinter {
  const compiler = NodeCompiler.create({ fontArgs: [{ fontBlobs: [...REPORT_FONTS] }] });
  return {
    print(report, annexes) {
      const inputs = { report: viewJson(reportView(report, annexes)) };
      try {
        return compiler.pdf(
          { mainFileContent: LAYOUT, inputs },
          { pdfStandard: "a-2a", creationTimestamp: Math.floor(Date.parse(report.asOf) / 1000) },
        );
      } catch (error) {
        throw new Error(`${report.reference} cannot be printed: ${typstReason(error)}`, { cause: error });
      } finally {
        // Without this the cache grows with every report; ten keeps what neighbouring reports have in common.
        compiler.evictCache(10);
      }
    },
  };
}

/** Letters of scripts written from right to left. */
const RIGHT_TO_LEFT =
  /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u;

/** Isolates are needed only where something is written from right to left; elsewhere they would cost time and say nothing. */
function viewJson(view: ReportView): string {
  const isolated = RIGHT_TO_LEFT.test(JSON.stringify(view));
  const json = JSON.stringify({ ...view, isolated });
  return isolated ? json : withoutIsolates(json);
}

/** The compiler's errors carry their message in `code`. */
function typstReason(error: unknown): string {
  if (error instanceof Error && error.message !== "") return error.message;
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
}

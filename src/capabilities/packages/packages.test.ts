import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VisibleThreat } from "#capabilities/threats/index.ts";
import { loadSigner, type Signer } from "#platform/signing/signer.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { defang } from "#standards/observable/defang.ts";
import { refang } from "#standards/observable/refang.ts";
import { annexDifferences } from "./annex-agreement.ts";
import { composeReports } from "./compose-reports.ts";
import { anOperation, aReader, aThreat, manyThreats } from "./example-input.ts";
import { MANIFEST_FILE, type PackageFile, SIGNATURE_FILE } from "./model/manifest.ts";
import type { ReportContent, ReportLanguage } from "./model/report.ts";
import { reportJsonSchema } from "./model/report-schema.ts";
import { type PdfPrinter, pdfPrinter } from "./render/pdf/pdf-printer.ts";
import { renderPackage } from "./render/render-package.ts";
import { verifyPackage, verifyText } from "./verify.ts";

const folder = mkdtempSync(join(tmpdir(), "packages-"));
let printer: PdfPrinter;
let signer: Signer;

beforeAll(async () => {
  printer = pdfPrinter();
  const files = {
    privateKeyFile: join(folder, "private.asc"),
    publicKeyFile: join(folder, "signing-key.asc"),
  };
  await ensureSigningKey(files, "Exercise Desk", new Date("2026-01-01T00:00:00Z"));
  signer = await loadSigner(files.privateKeyFile);
});
afterAll(() => rmSync(folder, { recursive: true }));

function reportsOf(
  threats: readonly VisibleThreat[],
  language: ReportLanguage = "en",
  country = "ID",
): ReportContent[] {
  return composeReports(anOperation([aReader(country, language, threats)]));
}

function theReport(threats: readonly VisibleThreat[], language: ReportLanguage = "en"): ReportContent {
  const [report] = reportsOf(threats, language);
  if (!report) throw new Error("no report");
  return report;
}

function textOf(files: readonly PackageFile[], name: string): string {
  const file = files.find((candidate) => candidate.name === name);
  if (!file) throw new Error(`no ${name}`);
  return Buffer.from(file.bytes).toString("utf8");
}

function bytesOf(files: readonly PackageFile[], name: string): Uint8Array {
  return files.find((candidate) => candidate.name === name)?.bytes ?? new Uint8Array();
}

/** Text of each page, without the marks and spaces that printing adds. */
async function pagesOf(files: readonly PackageFile[]): Promise<string[]> {
  const document = await getDocumentProxy(new Uint8Array(bytesOf(files, "report.pdf")));
  const { text } = await extractText(document, { mergePages: false });
  return text.map(squeeze);
}

/** As the signer makes it, which also asks the database and the store. */
async function signatureOf(files: readonly PackageFile[]): Promise<PackageFile> {
  const signature = await signer.signDetached(
    bytesOf(files, MANIFEST_FILE),
    new Date("2026-11-01T00:00:00Z"),
  );
  return { name: SIGNATURE_FILE, bytes: Buffer.from(signature, "utf8") };
}

function squeeze(text: string): string {
  return text.replaceAll(/[\s\u200B\u2066\u2069]/g, "");
}

function annexesOf(files: readonly PackageFile[]) {
  return {
    csv: textOf(files, "indicators.csv"),
    stix: textOf(files, "bundle.stix.json"),
    misp: textOf(files, "event.misp.json"),
  };
}

describe("the five files of a package", () => {
  it("say the same: values and counts in every one of them", async () => {
    for (const report of reportsOf(manyThreats("ID", 30))) {
      const files = renderPackage(report, printer);
      const json = reportJsonSchema.parse(JSON.parse(textOf(files, "report.json")));
      expect(json.threats.map((threat) => threat.value)).toEqual(
        report.threats.map((threat) => threat.value),
      );
      expect(annexDifferences(json, annexesOf(files))).toEqual([]);
      const pages = (await pagesOf(files)).join("");
      for (const threat of report.threats) expect(pages).toContain(squeeze(defang(threat)));
      expect(pages).toContain(`all${report.threats.length}threats`);
      expect(refang(defang(report.threats[0] ?? aThreat()))).toBe(report.threats[0]?.value);
    }
  });

  it("differ visibly when one of them is changed", () => {
    const report = theReport(manyThreats("ID", 5));
    const files = renderPackage(report, printer);
    const json = reportJsonSchema.parse(JSON.parse(textOf(files, "report.json")));
    const annexes = annexesOf(files);
    const value = report.threats[0]?.value ?? "";
    for (const name of ["csv", "stix", "misp"] as const) {
      const changed = { ...annexes, [name]: annexes[name].replaceAll(value, "198.18.77.77") };
      expect(annexDifferences(json, changed).length).toBeGreaterThan(0);
    }
    expect(
      annexDifferences({ ...json, keyFigures: { ...json.keyFigures, threats: 99 } }, annexes).length,
    ).toBeGreaterThan(0);
  });

  it("have the same bytes for the same report, the PDF included", () => {
    const report = theReport(manyThreats("ID", 10), "ar");
    const [one, two] = [renderPackage(report, printer), renderPackage(report, pdfPrinter())];
    for (const [index, file] of one.entries()) {
      expect([file.name, Buffer.from(file.bytes).equals(Buffer.from(two[index]?.bytes ?? []))]).toEqual([
        file.name,
        true,
      ]);
    }
  });
});

describe("report.pdf", () => {
  it.each(["en", "fr", "es"] as const)(
    "carries marking, reference and page number on every page (%s)",
    async (language) => {
      const report = theReport(manyThreats("ID", 60), language);
      const pages = await pagesOf(renderPackage(report, printer));
      expect(pages.length).toBeGreaterThan(2);
      for (const [index, page] of pages.entries()) {
        expect(page.split("TLP:AMBER").length - 1).toBeGreaterThanOrEqual(2);
        expect(page).toContain(report.reference);
        expect(page).toMatch(new RegExp(`${index + 1}(of|sur|de)${pages.length}`));
      }
    },
  );

  it("is tagged PDF/A in the language of the report, in all four languages", () => {
    for (const language of ["en", "fr", "es", "ar"] as const) {
      const raw = rawStreams(bytesOf(renderPackage(theReport([aThreat()], language), printer), "report.pdf"));
      expect(raw).toContain(`/Lang (${language})`);
      expect(raw).toContain("<pdfaid:part>2</pdfaid:part>");
      expect(raw).toContain("<pdfaid:conformance>A</pdfaid:conformance>");
      expect(raw).toContain("/Marked true");
    }
  });

  it("prints 200 rows at most and says where the rest is", async () => {
    const pages = (await pagesOf(renderPackage(theReport(manyThreats("ID", 230)), printer))).join("");
    expect(pages).toContain("first200of230threats");
    expect(pages).toContain("Thecompletelistof230isintheannexes");
  });

  it("takes nothing of a feed for markup and survives any letters", async () => {
    const nasty = [
      '#panic("x")',
      "*b* _i_ $x$ @ref <label>",
      "\u202Eevil\u2069\u0000",
      "漢字 😀 \uD800",
      "= heading",
      "\\u{41}",
    ];
    const threats = nasty.map((text, index) =>
      aThreat({
        value: `198.18.1.${index}`,
        families: [text],
        targets: [text],
        sharedInfrastructure: text,
        disagreements: [text],
      }),
    );
    const pages = (await pagesOf(renderPackage(theReport(threats, "ar"), printer))).join("");
    expect(pages).toContain('#panic("x")');
    expect(pages).not.toContain("\u202E");
  });
});

describe("need-to-know", () => {
  const others = [
    ...manyThreats("MY", 8).map((threat) => ({
      ...threat,
      value: `zz-${threat.value}`,
      host: `zz-${threat.host}`,
    })),
    aThreat({ value: "198.19.200.200", countries: [{ country: "SG", basis: ["address-allocation"] }] }),
  ];
  const secrets = [
    "Hidden Partner GmbH",
    "partner-internal-id",
    "internal-c2-",
    "internal-phishing-",
    ...others.map((threat) => threat.value),
  ];

  it("holds no value of another country, no hidden name and no inner id in any byte of any file", async () => {
    const own = manyThreats("ID", 8);
    const readers = [aReader("ID", "en", [...own, ...others]), aReader("MY", "en", others)];
    for (const report of composeReports(anOperation(readers)).filter(
      (candidate) => candidate.country === "ID",
    )) {
      const files = renderPackage(report, printer);
      files.push(await signatureOf(files));
      const haystacks = files.map((file) => Buffer.from(file.bytes).toString("latin1"));
      haystacks.push(rawStreams(bytesOf(files, "report.pdf")), (await pagesOf(files)).join(""));
      for (const secret of secrets) {
        for (const form of [secret, squeeze(secret), squeeze(secret.replaceAll(".", "[.]"))]) {
          expect(haystacks.some((haystack) => haystack.includes(form))).toBe(false);
        }
      }
    }
  });

  it("is the same package, byte for byte, as if the others' threats had never existed", () => {
    const own = manyThreats("ID", 6);
    const render = (threats: readonly VisibleThreat[]) =>
      reportsOf(threats).map((report) => renderPackage(report, printer));
    expect(render([...own, ...others])).toEqual(render(own));
  });
});

describe("verifyPackage", () => {
  async function written(name: string): Promise<string> {
    const target = mkdtempSync(join(folder, `${name}-`));
    const files = renderPackage(theReport(manyThreats("ID", 6), "fr"), printer);
    const signature = await signatureOf(files);
    for (const file of [...files, signature]) writeFileSync(join(target, file.name), file.bytes);
    return target;
  }

  it("says good, line by line, of a package as it was made", async () => {
    const report = await verifyPackage(await written("good"), signer.publicKeyArmored);
    expect(verifyText(report)).not.toContain("FAIL");
    expect(report).toMatchObject({
      good: true,
      fingerprint: signer.fingerprint,
      signedAt: "2026-11-01T00:00:00.000Z",
    });
    expect(report.lines.map((line) => line.check)).toEqual([
      "signature",
      "manifest",
      "report.pdf",
      "report.json",
      "indicators.csv",
      "bundle.stix.json",
      "event.misp.json",
      "no other files",
      "report",
      "annexes say what the report says",
      "STIX rules",
      "MISP rules",
    ]);
  });

  it.each([
    ["a flipped byte", "report.pdf", (path: string) => flip(path)],
    ["a changed annex", "indicators.csv", (path: string) => replace(path, "198.18.0.0", "198.18.0.9")],
    [
      "a changed manifest",
      "signature",
      (path: string) => replace(path, '"country":"ID"', '"country":"MY"'),
      "manifest.json",
    ],
    ["a missing file", "event.misp.json", (path: string) => rmSync(path)],
    ["a missing signature", "signature", (path: string) => rmSync(path), "manifest.sig"],
    ["a missing manifest", "manifest", (path: string) => rmSync(path), "manifest.json"],
  ])("finds %s", async (_, check, change, file = check) => {
    const target = await written("bad");
    change(join(target, file));
    const report = await verifyPackage(target, signer.publicKeyArmored);
    expect(report.good).toBe(false);
    expect(report.lines.filter((line) => !line.good).map((line) => line.check)).toContain(check);
  });

  it("finds a stranger in the folder, a link too, and another signer's key", async () => {
    const target = await written("stranger");
    symlinkSync("/etc/hostname", join(target, "more.txt"));
    const report = await verifyPackage(target, signer.publicKeyArmored);
    expect(report.lines.find((line) => line.check === "no other files")).toMatchObject({
      good: false,
      detail: "more.txt does not belong here",
    });
    const files = {
      privateKeyFile: join(folder, "other/private.asc"),
      publicKeyFile: join(folder, "other/public.asc"),
    };
    await ensureSigningKey(files, "Somebody else", new Date("2026-01-01T00:00:00Z"));
    const other = await verifyPackage(await written("other"), readFileSync(files.publicKeyFile, "utf8"));
    expect(other.lines[0]).toMatchObject({ check: "signature", good: false });
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function replace(path: string, from: string, to: string): void {
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to));
}

/** A PDF with its compressed streams opened: metadata, structure and whatever else could carry a text. */
function rawStreams(pdf: Uint8Array): string {
  const bytes = Buffer.from(pdf);
  const parts = [bytes.toString("latin1")];
  for (let at = bytes.indexOf("stream\n"); at !== -1; at = bytes.indexOf("stream\n", at + 7)) {
    try {
      parts.push(inflateSync(bytes.subarray(at + 7), { finishFlush: 2 }).toString("latin1"));
    } catch {
      // Not every stream is compressed; those that are not stand in the raw text already.
    }
  }
  return parts.join("\n");
}

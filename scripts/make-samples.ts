/*
 * Makes the samples of the binary formats anew: `node scripts/make-samples.ts`. They come out the same, byte for byte, each time. Everything in
 * them is fictional: addresses of RFC 5737, names under `.example` and `.test`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import { zipOf } from "../test/support/zip-writer.ts";

const require = createRequire(import.meta.url);
const sample = (path: string) =>
  fileURLToPath(new URL(`../src/capabilities/feeds/formats/${path}`, import.meta.url));

writeFileSync(sample("docx/sample-report.docx"), wordReport());
writeFileSync(sample("pdf/sample-report.pdf"), pdfReport());
writeFileSync(sample("xlsx/sample-sheets.xlsx"), await workbook());

/* ---- XLSX: a sheet with a French header and dates, one without header, an empty one ---- */

async function workbook(): Promise<Buffer> {
  const text = (value: string) => ({ value });
  const day = (value: string) => ({
    value: new Date(`${value}T00:00:00Z`),
    type: Date,
    format: "dd/mm/yyyy",
  });
  const named: SheetData = [
    ["Adresse IP", "Port", "Famille", "Première observation", "Type de menace", "Pays"].map(text),
    [text("192.0.2.30"), { value: 8443 }, text("asyncrat"), day("2026-03-02"), text("C2"), text("SN")],
    [text("198[.]51[.]100[.]31"), { value: 443 }, text("remcos"), day("2026-03-14"), text("C2"), text("CI")],
    [text(""), { value: 80 }, text("remcos"), day("2026-03-15"), text("C2"), text("CI")],
  ];
  const bare: SheetData = [
    [text("hxxp://login.bank[.]example/a"), text("seen twice")],
    [text("hxxp://login.bank[.]example/b"), text("")],
  ];
  const written = await writeWorkbook(
    [
      { data: named, sheet: "Serveurs" },
      { data: bare, sheet: "Pages" },
      { data: [[text("")]], sheet: "Vide" },
    ],
    {},
  ).toBuffer();
  return withoutTimes(written);
}

/** The library stamps every entry with the time of writing. */
function withoutTimes(zip: Buffer): Buffer {
  for (const [mark, offset] of [
    ["PK\x03\x04", 10],
    ["PK\x01\x02", 12],
  ] as const) {
    for (let at = zip.indexOf(mark, 0, "latin1"); at !== -1; at = zip.indexOf(mark, at + 4, "latin1")) {
      zip.writeUInt32LE(0x00210000, at + offset);
    }
  }
  return zip;
}

/* ---- DOCX: the least that Word and the library accept ---- */

function wordReport(): Buffer {
  const paragraph = (text: string, style?: string) =>
    `<w:p>${style === undefined ? "" : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const row = (cells: readonly string[]) =>
    `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join("")}</w:tr>`;
  const body = [
    paragraph("Harbour surge: note for partners", "Heading1"),
    paragraph("Prepared by the desk; read more at https://desk.partner.example/harbour."),
    paragraph("Command-and-control servers", "Heading2"),
    paragraph("192[.]0[.]2[.]41:8080 (cobaltstrike)"),
    paragraph("panel.harbour[.]example (asyncrat)"),
    paragraph("Sites compromis", "Heading2"),
    `<w:tbl>${row(["Site", "First seen", "Remark"])}${row(["town-hall[.]example", "2026-03-04", "web shell"])}${row(["school[.]example", "2026-03-05", ""])}</w:tbl>`,
    paragraph("Contact", "Heading2"),
    paragraph("desk[at]partner[.]example"),
  ].join("");
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const types = "http://schemas.openxmlformats.org/package/2006/content-types";
  const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
  const kind = "application/vnd.openxmlformats-officedocument.wordprocessingml";
  const style = (id: string, name: string) =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/></w:style>`;
  return zipOf([
    {
      name: "[Content_Types].xml",
      bytes: `${xml}<Types xmlns="${types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${kind}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${kind}.styles+xml"/></Types>`,
    },
    {
      name: "_rels/.rels",
      bytes: `${xml}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: "word/_rels/document.xml.rels",
      bytes: `${xml}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    },
    {
      name: "word/styles.xml",
      bytes: `${xml}<w:styles xmlns:w="${word}">${style("Heading1", "heading 1")}${style("Heading2", "heading 2")}</w:styles>`,
    },
    {
      name: "word/document.xml",
      bytes: `${xml}<w:document xmlns:w="${word}"><w:body>${body}</w:body></w:document>`,
    },
  ]);
}

/* ---- PDF: Latin and Arabic headings, a list and a table ---- */

function pdfReport(): Buffer {
  const layout = `
#set text(font: ("Noto Sans", "Noto Sans Arabic"), size: 10pt)
#show raw: set text(font: "Noto Sans")
#set page(width: 12cm, height: 16cm)
= Harbour surge: analyst's report

Prepared by the desk. Read more at #raw("https://desk.partner.example/harbour").

== Command-and-control servers

- #raw("192[.]0[.]2[.]51:8443") (cobaltstrike)
- #raw("panel.harbour[.]test") (asyncrat)

== Phishing pages

#table(columns: 2, [URL], [Seen], raw("hxxps://login.bank[.]example/v"), [2026-03-04], raw("hxxp://198[.]51[.]100[.]52/~bank/"), [2026-03-05])

== #text(lang: "ar")[خوادم التصيد]

#text(lang: "ar", dir: rtl)[تم رصد #raw("evil.bank[.]example") في آذار]

== Contact

#raw("desk[at]partner[.]example")
`;
  const fonts = [
    "@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf",
    "@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
  ].map((font) => readFileSync(require.resolve(font)));
  const compiler = NodeCompiler.create({ fontArgs: [{ fontBlobs: fonts }] });
  return compiler.pdf({ mainFileContent: layout }, { creationTimestamp: Date.UTC(2026, 2, 6) / 1000 });
}

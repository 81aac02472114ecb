import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partOf, readSample } from "../../../../test/support/read-part.ts";
import { zipOf } from "../../../../test/support/zip-writer.ts";
import { type Claim, UnreadablePart } from "../format.ts";
import docx from "../formats/docx/format.ts";
import mail from "../formats/mail/format.ts";
import pdf from "../formats/pdf/format.ts";
import xlsx from "../formats/xlsx/format.ts";
import { readInThread, type ThreadLimits } from "./in-thread.ts";

/** Readers that misbehave, written to a file because a thread loads its module from one. */
const READERS = `
export async function good(bytes, sink) { for (let n = 1; n <= 20000; n++) { sink.row(); sink.claim({ row: n, value: String(n) }); } }
export async function loops() { for (;;) {} }
export async function eats() { const held = []; for (;;) held.push(new Array(100000).fill(held.length)); }
export async function eatsBuffers() { const held = []; for (;;) { held.push(Buffer.alloc(16 * 1024 * 1024, 1)); await new Promise((go) => setTimeout(go, 5)); } }
export async function throws() { throw new Error("inside"); }
export async function exits() { process.exit(0); }
export async function peeks(bytes, sink) { sink.claim({ row: Object.keys(process.env).length, value: "env" }); }
`;
const modules = new Map<string, URL>();
const file = (name: string) => join(tmpdir(), `muster-reader-${process.pid}-${name}.mjs`);

beforeAll(() => {
  for (const [, name = ""] of READERS.matchAll(/function (\w+)/g)) {
    writeFileSync(file(name), `${READERS}\nexport { ${name} as read };`);
    modules.set(name, pathToFileURL(file(name)));
  }
});
afterAll(() => {
  for (const name of modules.keys()) rmSync(file(name));
});

async function run(name: string, limits: Partial<ThreadLimits> = {}) {
  const module = modules.get(name);
  if (module === undefined) throw new Error(name);
  const claims: Claim[] = [];
  const sink = { row() {}, refuse() {}, claim: (claim: Claim) => void claims.push(claim) };
  let code: string | null = null;
  let message = "";
  try {
    await readInThread(module, partOf("a.pdf", Buffer.from("x")), sink, {}, limits);
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    ({ code, message } = error);
  }
  return { claims, code, message };
}

describe("readInThread", () => {
  it("gives the rows in order", async () => {
    const { claims, code } = await run("good");
    expect(code).toBeNull();
    expect(claims.map((claim) => claim.row)).toEqual(Array.from({ length: 20_000 }, (_, n) => n + 1));
  });

  it.each([
    ["loops", "timeout", { seconds: 0.5 }],
    ["eats", "too-big", { heapMebibytes: 32 }],
    ["eatsBuffers", "too-big", { growthBytes: 100 * 1024 ** 2 }],
    ["throws", "broken", {}],
    ["exits", "broken", {}],
    ["good", "too-big", { fileBytes: 0 }],
  ])("ends a reader that %s as %s and names the file", async (name, expected, limits) => {
    const { code, message } = await run(name, limits);
    expect(code).toBe(expected);
    expect(message).toMatch(/^a\.pdf: /);
  });

  it("hides our settings from the thread", async () => {
    expect((await run("peeks")).claims[0]?.row).toBe(0);
  });

  it("passes on what the sink throws", async () => {
    const module = modules.get("good");
    const sink = {
      row() {},
      refuse() {},
      claim: () => {
        throw new Error("sink");
      },
    };
    await expect(
      readInThread(module ?? new URL("file:"), partOf("a", Buffer.from("x")), sink, {}),
    ).rejects.toThrow("sink");
  });
});

describe("hostile documents", () => {
  const SHEET_TYPES =
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>';
  const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const relation = (type: string, target: string) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${OFFICE}/${type}" Target="${target}"/></Relationships>`;
  const workbook = (rows: string) =>
    zipOf([
      { name: "[Content_Types].xml", bytes: SHEET_TYPES },
      { name: "_rels/.rels", bytes: relation("officeDocument", "xl/workbook.xml") },
      {
        name: "xl/workbook.xml",
        bytes: `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      },
      { name: "xl/_rels/workbook.xml.rels", bytes: relation("worksheet", "worksheets/sheet1.xml") },
      {
        name: "xl/worksheets/sheet1.xml",
        bytes: `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`,
      },
    ]);
  const cell = (place: string, text: string) => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;

  it("a workbook with a million empty rows is read", async () => {
    // Excel writes these when a whole column is coloured. Not all alike, or the ratio of a bomb is reached.
    const empty = Array.from({ length: 1_000_000 }, (_, n) => `<row r="${n + 2}" s="1"/>`).join("");
    const rows = `<row r="1">${cell("A1", "192.0.2.1")}${cell("B1", "asyncrat")}</row>${empty}`;
    const { claims } = await readSample(xlsx, workbook(rows), { name: "a.xlsx" });
    expect(claims.map((claim) => claim.value)).toEqual(["192.0.2.1"]);
  });

  it("a row or column beyond the end of a sheet is passed over", async () => {
    const rows = `<row r="1">${cell("A1", "192.0.2.1")}${cell("ZZZ1", "192.0.2.3")}</row><row r="99999999999">${cell("A99999999999", "192.0.2.2")}</row>`;
    const { claims } = await readSample(xlsx, workbook(rows), { name: "a.xlsx" });
    expect(claims.map((claim) => claim.value)).toEqual(["192.0.2.1"]);
  });

  it("a cell with an error, and a title above the table, cost nothing", async () => {
    const rows = `<row r="1">${cell("A1", "Week 10")}</row><row r="3">${cell("A3", "ip")}${cell("B3", "port")}</row><row r="4">${cell("A4", "192.0.2.1")}<c r="B4" t="e"><v>#N/A</v></c></row>`;
    const { claims, rows: count } = await readSample(xlsx, workbook(rows), { name: "a.xlsx" });
    expect(claims).toMatchObject([{ row: 4, value: "192.0.2.1" }]);
    expect(count).toBe(1);
  });

  it("entities declared in a sheet are not expanded", async () => {
    const bytes = workbook(`<row r="1">${cell("A1", "&a;")}</row>`);
    expect((await readSample(xlsx, bytes, { name: "a.xlsx" })).unreadable?.code).toBe("broken");
  });

  it("a formula cell is text or its stored value, never run", async () => {
    const rows = `<row r="1">${cell("A1", "ip")}${cell("B1", "family")}</row><row r="2">${cell("A2", "192.0.2.1")}<c r="B2" t="str"><f>HYPERLINK("http://192.0.2.9")</f><v>=cmd|' /C calc'!A0</v></c></row>`;
    const { claims } = await readSample(xlsx, workbook(rows), { name: "a.xlsx" });
    expect(claims.map((claim) => claim.value)).toEqual(["192.0.2.1"]);
  });

  it.each([
    ["xlsx", xlsx],
    ["docx", docx],
  ])("a %s that unpacks beyond all measure is refused before a library sees it", async (kind, format) => {
    const main = kind === "xlsx" ? "xl/workbook.xml" : "word/document.xml";
    const bomb = zipOf([
      { name: "[Content_Types].xml", bytes: "<Types/>" },
      { name: main, bytes: Buffer.alloc(64 * 1024 ** 2, 32) },
    ]);
    const { unreadable } = await readSample(format, bomb, { name: `a.${kind}` });
    expect(unreadable?.code).toBe("too-big");
  });

  it("a PDF of garbage, and one of nothing but its first line, are broken", async () => {
    const garbage = createHash("sha512").update("seed").digest();
    for (const bytes of [Buffer.from("%PDF-1.7\n"), Buffer.concat([Buffer.from("%PDF-1.7\n"), garbage])]) {
      expect((await readSample(pdf, bytes, { name: "a.pdf" })).unreadable?.code).toBe("broken");
    }
  });

  it("the script, the pictures and the links of an HTML mail give nothing", async () => {
    const text = [
      "From: a@partner.example",
      "Subject: C2",
      "Content-Type: text/html",
      "",
      `<script>x="hxxp://192.0.2.9/"</script><style>@import "http://192.0.2.9/";</style><img src="http://192.0.2.9/">`,
      `<a href="http://192.0.2.9/">here</a><p>192[.]0[.]2[.]1</p><!-- 192.0.2.9 -->`,
    ].join("\r\n");
    const { claims } = await readSample(mail, Buffer.from(text), { name: "a.eml" });
    expect(claims.map((claim) => claim.value)).toEqual(["192[.]0[.]2[.]1"]);
  });

  it("a mail nested 1,000 deep is refused or read, and ends", async () => {
    let text = "From: a@partner.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
    for (let depth = 0; depth < 1000; depth++) {
      text += `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`;
    }
    const { unreadable } = await readSample(mail, Buffer.from(text), { name: "a.eml" });
    expect(unreadable).not.toBeNull();
  });
});

import { crc32 } from "node:zlib";
import { DAY_MS } from "../calendar.ts";
import type { Row, Statement } from "../statements.ts";
import { RSIT_TYPE } from "./fields.ts";

/**
 * A workbook written by hand, because the libraries put the time of writing into it. Dates are real date cells
 * (days since 30 December 1899), texts are inline.
 */
export function writeWorkbook(rows: readonly Row[]): Buffer {
  const header = ["Indicator", "Category", "Malware", "Last seen"]
    .map((name, i) => textCell(i, 1, name))
    .join("");
  const body = rows
    .flatMap((row) => row.statements)
    .map((said, i) => `<row r="${i + 2}">${cellsOf(said, i + 2)}</row>`)
    .join("");
  const sheet = `${XML}<worksheet xmlns="${MAIN}"><sheetData><row r="1">${header}</row>${body}</sheetData></worksheet>`;
  return storeZip([
    ["[Content_Types].xml", CONTENT_TYPES],
    ["_rels/.rels", relations([["officeDocument", "xl/workbook.xml"]])],
    ["xl/workbook.xml", WORKBOOK],
    [
      "xl/_rels/workbook.xml.rels",
      relations([
        ["worksheet", "worksheets/sheet1.xml"],
        ["styles", "styles.xml"],
      ]),
    ],
    ["xl/styles.xml", STYLES],
    ["xl/worksheets/sheet1.xml", sheet],
  ]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const CONTENT_TYPES = `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/></Types>`;
const WORKBOOK = `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>`;
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`;

function relations(targets: readonly (readonly [type: string, target: string])[]): string {
  const items = targets.map(
    ([type, target], i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${items.join("")}</Relationships>`;
}

function cellsOf(said: Statement, row: number): string {
  const texts = [said.written, RSIT_TYPE[said.thing.role], said.family ?? ""];
  const serial = said.lastSeen === null ? "" : Math.floor((said.lastSeen - Date.UTC(1899, 11, 30)) / DAY_MS);
  return `${texts.map((text, i) => textCell(i, row, text)).join("")}<c r="D${row}" s="1"><v>${serial}</v></c>`;
}

function textCell(column: number, row: number, text: string): string {
  if (text === "") return "";
  return `<c r="${"ABCD"[column]}${row}" t="inlineStr"><is><t>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</t></is></c>`;
}

/** A ZIP archive without compression and with 1 January 1980 as every date: equal input, equal bytes. */
function storeZip(entries: readonly (readonly [name: string, text: string])[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of entries) {
    const data = Buffer.from(text);
    const path = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(path.length, 22);
    const entry = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), shared, tail, path]));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

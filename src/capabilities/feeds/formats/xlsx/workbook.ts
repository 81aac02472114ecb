import { SaxesParser } from "saxes";

/** One file of the workbook's zip by name; undefined when there is none. */
export type WorkbookFile = (name: string) => AsyncIterable<Buffer> | undefined;

/** A row with something in it. `cells` begins at column A; empty cells are "". */
export type RowVisitor = (cells: readonly string[], row: number) => void;

/** Excel's own limits. What lies beyond was not written by a spreadsheet. */
const MOST_COLUMNS = 16_384;
const MOST_ROWS = 1_048_576;

/**
 * Reads the sheets of an Excel workbook (ECMA-376, SpreadsheetML) in their order, row by row, as the texts that the cells hold: dates as
 * `2026-03-04 10:00:00`, numbers as stored, formulas as the value stored with them, errors as nothing. Only the table of shared texts is held in memory.
 * `begin` is called for each sheet and gives the visitor of its rows. Throws on XML that is not well formed.
 *
 * Own reader over a streaming parser: read-excel-file needs over 20 s for a sheet with a million empty rows, which Excel writes when a
 * whole column is coloured, and gives up a workbook for one `#N/A`.
 */
export async function readSheets(
  file: WorkbookFile,
  begin: (sheet: string) => { row: RowVisitor; end(): void },
): Promise<void> {
  const book = await readBook(file);
  const shared = await readSharedTexts(file);
  for (const { name, path } of book.sheets) {
    const xml = file(path);
    if (xml === undefined) continue;
    const visitor = begin(name);
    await readSheet(xml, { shared, dateStyles: book.dateStyles, epoch: book.epoch }, visitor.row);
    visitor.end();
  }
}

interface Book {
  readonly sheets: readonly { readonly name: string; readonly path: string }[];
  /** Whether the cell style of this index shows a date. */
  readonly dateStyles: readonly boolean[];
  /** Milliseconds since 1970 of day zero. */
  readonly epoch: number;
}

type Attributes = Readonly<Record<string, string>>;

interface XmlVisitor {
  open?(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Names come without prefix: some writers put every element into a namespace of their own. */
async function readXml(bytes: AsyncIterable<Buffer>, visitor: XmlVisitor): Promise<void> {
  const parser = new SaxesParser();
  const local = (name: string) => name.slice(name.indexOf(":") + 1);
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => visitor.open?.(local(tag.name), tag.attributes));
  parser.on("closetag", (tag) => visitor.close?.(local(tag.name)));
  parser.on("text", (text) => visitor.text?.(text));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of bytes) parser.write(decoder.decode(chunk, { stream: true }));
  parser.write(decoder.decode()).close();
}

/* ---- workbook.xml, its relations, styles.xml ---- */

async function readBook(file: WorkbookFile): Promise<Book> {
  const sheets: { name: string; relation: string }[] = [];
  let epoch = DAY_ZERO_1900;
  await readIfThere(file("xl/workbook.xml"), {
    open(name, attributes) {
      if (name === "sheet") {
        const relation = Object.entries(attributes).find(([key]) => /(?:^|:)id$/.test(key))?.[1] ?? "";
        sheets.push({ name: attributes.name ?? "", relation });
      }
      if (name === "workbookPr" && /^(?:1|true)$/.test(attributes.date1904 ?? "")) epoch = DAY_ZERO_1904;
    },
  });
  const targets = new Map<string, string>();
  await readIfThere(file("xl/_rels/workbook.xml.rels"), {
    open(name, { Id, Target }) {
      if (name !== "Relationship" || Id === undefined || Target === undefined) return;
      targets.set(Id, Target.startsWith("/") ? Target.slice(1) : `xl/${Target}`);
    },
  });
  return {
    sheets: sheets.map(({ name, relation }) => ({ name, path: targets.get(relation) ?? "" })),
    dateStyles: await readDateStyles(file),
    epoch,
  };
}

async function readDateStyles(file: WorkbookFile): Promise<boolean[]> {
  const custom = new Map<string, string>();
  const styles: boolean[] = [];
  let inCellFormats = false;
  await readIfThere(file("xl/styles.xml"), {
    open(name, attributes) {
      if (name === "numFmt") custom.set(attributes.numFmtId ?? "", attributes.formatCode ?? "");
      else if (name === "cellXfs") inCellFormats = true;
      else if (name === "xf" && inCellFormats) styles.push(isDateFormat(attributes.numFmtId ?? "", custom));
    },
    close(name) {
      if (name === "cellXfs") inCellFormats = false;
    },
  });
  return styles;
}

/** Built-in formats 14-22, 27-36, 45-47 and 50-58 show dates or times (ECMA-376, 18.8.30). */
function isDateFormat(id: string, custom: ReadonlyMap<string, string>): boolean {
  const code = custom.get(id);
  if (code !== undefined) return /[dmyhs]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ""));
  const number = Number(id);
  return [
    [14, 22],
    [27, 36],
    [45, 47],
    [50, 58],
  ].some(([from = 0, to = 0]) => number >= from && number <= to);
}

async function readIfThere(bytes: AsyncIterable<Buffer> | undefined, visitor: XmlVisitor): Promise<void> {
  if (bytes !== undefined) await readXml(bytes, visitor);
}

/** Each `si` is one text, maybe in several runs; `rPh` holds how to pronounce it. */
async function readSharedTexts(file: WorkbookFile): Promise<string[]> {
  const texts: string[] = [];
  let text = "";
  let inText = false;
  let inReading = false;
  await readIfThere(file("xl/sharedStrings.xml"), {
    open(name) {
      if (name === "si") text = "";
      else if (name === "t") inText = !inReading;
      else if (name === "rPh") inReading = true;
    },
    text(piece) {
      if (inText) text += piece;
    },
    close(name) {
      if (name === "si") texts.push(text);
      else if (name === "t") inText = false;
      else if (name === "rPh") inReading = false;
    },
  });
  return texts;
}

/* ---- a sheet ---- */

interface CellContext {
  readonly shared: readonly string[];
  readonly dateStyles: readonly boolean[];
  readonly epoch: number;
}

async function readSheet(xml: AsyncIterable<Buffer>, context: CellContext, visit: RowVisitor): Promise<void> {
  let cells: string[] = [];
  let row = 0;
  let column = 0;
  let cell: Attributes = {};
  let value = "";
  let inValue = false;
  await readXml(xml, {
    open(name, attributes) {
      if (name === "row") {
        row = attributes.r === undefined ? row + 1 : Number(attributes.r);
        column = 0;
        cells = [];
      } else if (name === "c") {
        cell = attributes;
        column = columnOf(attributes.r) ?? column + 1;
        value = "";
      } else if (name === "v" || name === "t") inValue = true;
      else if (name === "rPh" || name === "f") inValue = false;
    },
    text(piece) {
      if (inValue) value += piece;
    },
    close(name) {
      if (name === "v" || name === "t") inValue = false;
      else if (name === "c" && column <= MOST_COLUMNS) {
        const text = cellText(cell, value, context);
        if (text === "") return;
        while (cells.length < column - 1) cells.push("");
        cells[column - 1] = text;
      } else if (name === "row" && cells.length > 0 && row >= 1 && row <= MOST_ROWS) visit(cells, row);
    },
  });
}

/** 1-based column of a place like `AB12`. */
function columnOf(place: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(place ?? "")?.[0];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}

function cellText({ t = "n", s = "" }: Attributes, value: string, context: CellContext): string {
  if (value === "" || t === "e") return "";
  if (t === "s") return (context.shared[Number(value)] ?? "").trim();
  if (t === "b") return value === "1" ? "TRUE" : "FALSE";
  if (t === "n" && context.dateStyles[Number(s)] === true)
    return dateText(Number(value), context.epoch) ?? value;
  return value.trim();
}

const DAY = 86_400_000;
const DAY_ZERO_1900 = Date.UTC(1899, 11, 30);
const DAY_ZERO_1904 = Date.UTC(1904, 0, 1);

/** Days in a workbook have no zone: they are written as shown, and read like any date without one. Null for no day of our era. */
function dateText(days: number, epoch: number): string | null {
  // Up to 29 February 1900, a day that never was, the older system is one day off.
  const shift = epoch === DAY_ZERO_1900 && days < 60 ? 1 : 0;
  const date = new Date(epoch + Math.round((days + shift) * DAY * 0.001) * 1000);
  if (!(date.getTime() >= DAY_ZERO_1900 && date.getUTCFullYear() <= 9999)) return null;
  const text = date.toISOString();
  return Number.isInteger(days) ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

import type { ReportBlock, TableRow } from "./report.ts";

/**
 * Cuts an HTML page into the blocks of a report: headings, list items, code, tables, and everything else as prose. Only what a reader sees
 * counts: scripts, styles, comments, attributes (save the text in a field) and therefore link targets are left out, and nothing is run or fetched. `row` of a block is the line
 * of the HTML it begins in, counted from `firstRow`. Takes any text, well formed or not, in linear time; tables inside tables are read for themselves.
 */
export function readHtmlBlocks(html: string, give: (block: ReportBlock) => void, firstRow = 1): void {
  const page: Page = { give, text: "", row: firstRow, context: "prose", level: 0, tables: [], preDepth: 0 };
  const lines = createLineCounter(html, firstRow);
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) {
      addText(page, html.slice(at), lines(at));
      break;
    }
    if (open > at) addText(page, html.slice(at, open), lines(at));
    at = readMarkup(page, html, open, lines);
  }
  endBlock(page);
  while (page.tables.length > 0) endTable(page);
}

interface Page {
  readonly give: (block: ReportBlock) => void;
  text: string;
  /** The line in which `text` began. */
  row: number;
  context: "prose" | "item" | "code" | "heading";
  level: number;
  /** Open tables, the innermost last. */
  readonly tables: OpenTable[];
  preDepth: number;
}

interface OpenTable {
  readonly rows: TableRow[];
  cells: string[];
  cell: string | null;
  row: number;
}

type LineAt = (index: number) => number;

/** Asked with rising indexes, so that counting lines costs one pass. */
function createLineCounter(html: string, firstRow: number): LineAt {
  let row = firstRow;
  let next = html.indexOf("\n");
  return (index) => {
    while (next !== -1 && next < index) {
      row++;
      next = html.indexOf("\n", next + 1);
    }
    return row;
  };
}

const HIDDEN =
  /^(?:script|style|template|noscript|svg|math|iframe|object|select|textarea|title|audio|video|canvas)$/;

/** Reads what begins with the `<` at `open`; answers where to go on. */
function readMarkup(page: Page, html: string, open: number, lines: LineAt): number {
  if (html.startsWith("<!--", open)) return after(html, "-->", open + 4);
  if (html.startsWith("<![CDATA[", open)) return after(html, "]]>", open + 9);
  if (/[!?]/.test(html.charAt(open + 1))) return after(html, ">", open + 2);
  TAG.lastIndex = open;
  const tag = TAG.exec(html);
  if (tag === null) {
    addText(page, "<", lines(open));
    return open + 1;
  }
  const isEnd = tag[1] === "/";
  const name = (tag[2] ?? "").toLowerCase();
  const end = tagEnd(html, TAG.lastIndex);
  if (!isEnd && HIDDEN.test(name) && html.charAt(end - 2) !== "/") {
    const close = new RegExp(`</${name}[\\s>/]`, "gi");
    close.lastIndex = end;
    const found = close.exec(html);
    return found === null ? html.length : tagEnd(html, found.index + name.length + 2);
  }
  if (name === "input") addText(page, fieldText(html.slice(open, end)), lines(open));
  else if (isEnd) endTag(page, name);
  else startTag(page, name, lines(open));
  return end;
}

/** What stands in a text field: some trackers write their values into such, for copying. */
function fieldText(tag: string): string {
  if (tag.length > 4096) return "";
  const type = /\stype\s*=\s*["']?(\w+)/i.exec(tag)?.[1] ?? "text";
  if (!/^(?:text|url|search)$/i.test(type)) return "";
  const value = /\svalue\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag);
  return value === null ? "" : ` ${value[1] ?? value[2] ?? value[3] ?? ""} `;
}

const TAG = /<(\/?)([a-z][a-z0-9]{0,20})(?![a-z0-9])/giy;
const LONGEST_TAG = 64 * 1024;

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}

/** Behind the `>` of a tag; one inside a quoted attribute does not end it, unless the quote never closes. */
function tagEnd(html: string, from: number): number {
  let quote = "";
  const limit = Math.min(html.length, from + LONGEST_TAG);
  for (let at = from; at < limit; at++) {
    const char = html.charAt(at);
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === ">") return at + 1;
    else if (char === '"' || char === "'") quote = char;
  }
  return after(html, ">", from);
}

const BLOCKS =
  /^(?:p|div|section|article|header|footer|main|nav|aside|ul|ol|dl|dt|dd|blockquote|figure|figcaption|form|fieldset|hr|br|body|html|head|center|address|details|summary|h[1-6]|li|pre|tr|td|th|table|thead|tbody|tfoot|caption|option|label|button)$/;

function startTag(page: Page, name: string, row: number): void {
  if (!BLOCKS.test(name)) return;
  endBlock(page);
  page.row = row;
  if (/^h[1-6]$/.test(name)) {
    page.context = "heading";
    page.level = Number(name.slice(1));
  } else if (name === "li" || name === "dt" || name === "dd") page.context = "item";
  else if (name === "pre") {
    page.preDepth++;
    page.context = "code";
  } else if (name === "table") page.tables.push({ rows: [], cells: [], cell: null, row });
  else if (name === "tr") endRow(page, row);
  else if (name === "td" || name === "th") startCell(page);
  else if (name !== "br" && page.context !== "item") page.context = page.preDepth > 0 ? "code" : "prose";
}

function endTag(page: Page, name: string): void {
  if (!BLOCKS.test(name)) return;
  endBlock(page);
  if (name === "table") endTable(page);
  else if (name === "tr") endRow(page, page.row);
  else if (name === "td" || name === "th") endCell(page);
  else if (name === "pre") page.preDepth = Math.max(0, page.preDepth - 1);
  if (name !== "br") page.context = page.preDepth > 0 ? "code" : "prose";
}

/* ---- text ---- */

function addText(page: Page, raw: string, row: number): void {
  const text = decodeEntities(raw);
  if (page.preDepth > 0) {
    addPreformatted(page, text, row);
    return;
  }
  if (page.text === "") {
    if (text.trim() === "") return;
    page.row = row + leadingLines(raw);
  }
  page.text += text.replace(/[ \t\r\n\f]+/g, " ");
}

function leadingLines(raw: string): number {
  let count = 0;
  for (const char of raw) {
    if (char === "\n") count++;
    else if (!/\s/.test(char)) break;
  }
  return count;
}

function addPreformatted(page: Page, text: string, row: number): void {
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    if (index > 0) {
      endBlock(page);
      page.context = "code";
      page.row = row + index;
    } else if (page.text === "") page.row = row;
    page.text += line;
  });
}

function endBlock(page: Page): void {
  const text = page.text.trim();
  page.text = "";
  if (text === "") return;
  const table = page.tables.at(-1);
  if (table !== undefined && table.cell !== null) {
    table.cell = table.cell === "" ? text : `${table.cell} ${text}`;
  } else if (page.context === "heading") {
    page.give({ kind: "heading", level: page.level, text, row: page.row });
  } else page.give({ kind: page.context, text, row: page.row });
}

/* ---- tables ---- */

function startCell(page: Page): void {
  endCell(page);
  const table = page.tables.at(-1);
  if (table !== undefined) table.cell = "";
}

function endCell(page: Page): void {
  const table = page.tables.at(-1);
  if (table === undefined || table.cell === null) return;
  table.cells.push(table.cell);
  table.cell = null;
}

function endRow(page: Page, nextRow: number): void {
  endCell(page);
  const table = page.tables.at(-1);
  if (table === undefined) return;
  if (table.cells.some((cell) => cell !== "")) table.rows.push({ cells: table.cells, row: table.row });
  table.cells = [];
  table.row = nextRow;
}

function endTable(page: Page): void {
  endRow(page, page.row);
  const table = page.tables.pop();
  if (table === undefined || table.rows.length === 0) return;
  // One column is no table but a layout, as mail programs make them.
  if (table.rows.some(({ cells }) => cells.length > 1)) page.give({ kind: "table", rows: table.rows });
  else for (const { cells, row } of table.rows) page.give({ kind: "prose", text: cells[0] ?? "", row });
}

/* ---- entities ---- */

/** The names that occur in reports; others stay as they are. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  laquo: "«",
  raquo: "»",
  ldquo: "“",
  rdquo: "”",
  lsquo: "‘",
  rsquo: "’",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  bull: "•",
  middot: "·",
  copy: "©",
  reg: "®",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ocirc: "ô",
  ecirc: "ê",
  uuml: "ü",
  ouml: "ö",
  auml: "ä",
  ntilde: "ñ",
  oacute: "ó",
  iacute: "í",
  aacute: "á",
  uacute: "ú",
  period: ".",
  colon: ":",
  sol: "/",
  commat: "@",
  lbrack: "[",
  rbrack: "]",
  lsqb: "[",
  rsqb: "]",
  shy: "\u00ad",
  zwnj: "\u200c",
  zwj: "\u200d",
  lrm: "\u200e",
  rlm: "\u200f",
};

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi,
    (whole, decimal?: string, hexadecimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
        ? String.fromCodePoint(code)
        : "\ufffd";
    },
  );
}

import { extractObservables } from "./extract.ts";
import type { ReportBlock, TableRow } from "./report.ts";
import { isAside, sectionRole } from "./section-role.ts";

export interface LineBlocks {
  /** One line without its end. */
  line(text: string, row: number): void;
  /** Gives out what is still held. */
  end(): void;
}

/**
 * Cuts the lines of a text report into blocks: headings of Markdown (`#`, underlined), AsciiDoc (`=`), numbered (`1. Phishing pages`) or
 * between rules; list items; table rows (`|a|b|`); code between fences; everything else is prose. One line is held back, because the line
 * below may make it a heading. Memory does not grow with the text.
 */
export function createLineBlocks(give: (block: ReportBlock) => void): LineBlocks {
  const state: State = {
    held: null,
    gapBefore: true,
    fence: "",
    table: null,
    tableIsFenced: false,
    sentenceOpen: false,
    give,
  };
  return {
    line: (text, row) => readLine(state, text, row),
    end() {
      settle(state, true);
      endTable(state);
    },
  };
}

interface State {
  held: { text: string; row: number; gapBefore: boolean } | null;
  gapBefore: boolean;
  /** The fence that ends the code block, empty outside. */
  fence: string;
  /** Rows of the table that is being read. */
  table: TableRow[] | null;
  /** It began with `|===` and ends with the next. Blank lines do not end it. */
  tableIsFenced: boolean;
  /** The block above is prose that may go on. */
  sentenceOpen: boolean;
  readonly give: (block: ReportBlock) => void;
}

const RULE = /^\s*([-=~*_^+#])\1{3,}\s*$/;
const FENCE = /^\s*(`{3,}|~{3,})/;
const TABLE_EDGE = /^\s*\|={3,}\s*$/;
const ATTRIBUTE_LINE = /^(?:\[[^\].:]*\]|:[\w-]+:.*)$/;

function readLine(state: State, text: string, row: number): void {
  if (state.fence !== "") {
    if (text.trimStart().startsWith(state.fence)) state.fence = "";
    else state.give({ kind: "code", text: text.replace(/^\s*```/, ""), row });
    return;
  }
  const isBlank = text.trim() === "";
  if (RULE.test(text)) {
    heldIsHeading(state, text.includes("=") ? 1 : 2);
    state.gapBefore = true;
    return;
  }
  settle(state, isBlank);
  if (state.table !== null && !state.tableIsFenced && !/^\s*\|/.test(text)) endTable(state);
  if (isBlank) {
    state.gapBefore = true;
    state.sentenceOpen = false;
    return;
  }
  const fence = FENCE.exec(text)?.[1];
  if (fence !== undefined && text.indexOf("```", text.indexOf(fence) + 3) === -1) {
    state.fence = fence;
    const rest = text.trim().slice(fence.length).trim();
    // `​```connect/` glued to the fence is the first line of the code, not always the name of a language.
    if (/[./]/.test(rest)) state.give({ kind: "code", text: rest, row });
    return;
  }
  readOrdinary(state, text, row);
  state.gapBefore = false;
}

function readOrdinary(state: State, text: string, row: number): void {
  if (TABLE_EDGE.test(text)) {
    const wasFenced = state.tableIsFenced;
    endTable(state);
    state.tableIsFenced = !wasFenced;
    return;
  }
  if (/^\s*\|/.test(text)) {
    readTableRow(state, text, row);
    return;
  }
  const marked = /^(#{1,6}|={1,6})\s+(\S.*)$/.exec(text);
  if (marked !== null) {
    heading(state, marked[1]?.length ?? 1, marked[2] ?? "", row);
    return;
  }
  if (ATTRIBUTE_LINE.test(text)) return;
  const item = ITEM.exec(text);
  if (item !== null && !isNumberedTitle(text)) {
    state.sentenceOpen = false;
    state.give({ kind: "item", text: text.slice(item[0].length), row });
    return;
  }
  state.held = { text, row, gapBefore: state.gapBefore };
}

const ITEM = /^\s*(?:[-*+•–—▪◦‣·●○■o]\s|\*{2,5}\s|\.{1,5}\s|\(?\d{1,4}[.)]\s|[a-z][.)]\s)\s*/;
/** Numbered like an item, but a title when nothing in it is a value and a blank line follows: `1. Phishing pages`. */
const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+\p{Lu}[^.!?]{2,100}$/u;

function isNumberedTitle(text: string): boolean {
  return NUMBERED.test(text.trim()) && extractObservables(text).length === 0;
}

/** Decides what the held line is, now that the line below is known. */
function settle(state: State, gapAfter: boolean): void {
  const { held } = state;
  if (held === null) return;
  state.held = null;
  const text = held.text.trim();
  if (gapAfter && held.gapBefore && isNumberedTitle(text)) {
    heading(state, 1 + (text.match(/^\d+(?:\.\d+)*/)?.[0].split(".").length ?? 1), text, held.row);
    return;
  }
  if (held.gapBefore && isBareTitle(text)) {
    heading(state, 8, text, held.row);
    return;
  }
  state.give({ kind: "prose", text: held.text, row: held.row, continues: state.sentenceOpen });
  // A line of values only, or one that announces a list, leaves no sentence open.
  state.sentenceOpen = !/[:：.!?]\W*$/.test(text) && /\p{L}+\s+\p{L}+\s+\p{L}+/u.test(text);
}

/** A short line after a gap, without a full stop or value, that names a role or an aside: a title that is marked by its place only. */
function isBareTitle(text: string): boolean {
  if (text.length > 80 || /[.!?;,:：]$/.test(text)) return false;
  if (sectionRole(text) === undefined && !isAside(text)) return false;
  return text.split(/\s+/).length <= 9 && extractObservables(text).length === 0;
}

function heldIsHeading(state: State, level: number): void {
  const { held } = state;
  if (held === null) {
    endTable(state);
    return;
  }
  state.held = null;
  if (held.text.trim().length <= 160) heading(state, level, held.text.trim(), held.row);
  else state.give({ kind: "prose", text: held.text, row: held.row, continues: state.sentenceOpen });
  state.sentenceOpen = false;
}

function heading(state: State, level: number, text: string, row: number): void {
  endTable(state);
  state.sentenceOpen = false;
  state.give({ kind: "heading", level, text, row });
}

function readTableRow(state: State, text: string, row: number): void {
  state.sentenceOpen = false;
  if (/^[\s|:-]+$/.test(text)) return;
  const cells = text
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
  state.table ??= [];
  state.table.push({ cells, row });
  if (state.table.length < MOST_ROWS_HELD) return;
  const [header] = state.table;
  giveTable(state);
  if (header !== undefined) state.table = [header];
}

/** A longer table is read in pieces, each with the header. */
const MOST_ROWS_HELD = 5000;

function endTable(state: State): void {
  giveTable(state);
  state.tableIsFenced = false;
}

function giveTable(state: State): void {
  const { table } = state;
  state.table = null;
  if (table !== null && table.length > 0) state.give({ kind: "table", rows: table });
}

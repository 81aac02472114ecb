/** A spreadsheet takes a cell that begins with one of these for a formula, full-width forms included. */
const FORMULA_START = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * One line of CSV (RFC 4180, but with a bare line feed: line tools are used on it). A cell that a spreadsheet would run gets an apostrophe in front, which spreadsheets
 * swallow; a plain number keeps its sign. Cells are quoted where they hold a separator of any kind, a quote or a line end.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

function csvCell(text: string): string {
  const safe = neutraliseCell(text);
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The cell as a spreadsheet shows it instead of running it. */
export function neutraliseCell(text: string): string {
  return FORMULA_START.test(text) && !/^[+-]\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** A cell that a spreadsheet would take for a formula, after any white space, also in its full-width forms. */
const FORMULA = /^[\s\u00A0\u3000]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/**
 * Puts an apostrophe before a cell that a spreadsheet would run as a formula, and before one that already begins with
 * an apostrophe. So nothing is lost: `restoreCell` takes exactly one apostrophe away and gives the value back.
 */
export function neutraliseCell(text: string): string {
  return text.startsWith("'") || FORMULA.test(text) ? `'${text}` : text;
}

/** The value that was in the cell before `neutraliseCell`. */
export function restoreCell(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

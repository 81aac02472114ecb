import { UnreadablePart } from "../format.ts";

/**
 * A name from an archive or a mail as it may be shown: control characters, and those that turn the reading direction or
 * are invisible, are written as `\u{202e}`, so that `txt.exe` cannot pose as something else. Cut at 300 characters.
 * It is for people only: no file is ever made under it.
 */
export function shownName(name: string): string {
  const shown = name
    .toWellFormed()
    .replace(DECEPTIVE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return shown.length <= 300 ? shown : `${shown.slice(0, 300)}…`;
}

const DECEPTIVE =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g;

/**
 * Why an entry with this name is not opened, or null. The name could not harm us, since it is never used as a path; but an archive made
 * to write elsewhere, or one that is read differently by different programs, was not made by an honest hand or is
 * broken. Only the entry is refused, the others go on.
 */
export function nameFault(name: string, maxBytes: number): UnreadablePart | null {
  const shown = shownName(name);
  const fault = (what: string) =>
    new UnreadablePart("unsafe", `${shown}: ${what} Pack the file again under a plain name.`);
  if (name === "") return fault("the entry has no name.");
  if (name.includes("\0"))
    return fault("the name holds a NUL character, so programs disagree where it ends.");
  if (Buffer.byteLength(name) > maxBytes) return fault(`the name is longer than ${maxBytes} bytes.`);
  if (/^[/\\]|^[a-z]:/i.test(name)) return fault("the name is an absolute path.");
  if (/(?:^|[/\\])\.\.(?:[/\\]|$)/.test(name)) return fault("the name leads out of the archive's folder.");
  return null;
}

/** What macOS and Windows add to archives for themselves. Skipped without a word. */
export function isSystemLitter(name: string): boolean {
  const base = name.slice(name.lastIndexOf("/") + 1);
  return /(?:^|\/)__MACOSX\//.test(name) || base.startsWith("._") || LITTER.has(base.toLowerCase());
}

const LITTER = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

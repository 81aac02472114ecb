/** Small readings of one cell, shared by formats with columns. All of them answer `undefined` for "does not say". */
import { createWordMemo } from "./word-memo.ts";

/** A cell without surrounding blanks; placeholders that mean nothing (`-`, `N/A`, `None`, `null`, `(blank)`) are empty. */
export function cellText(text: string | undefined): string {
  if (text === undefined || text.length === 0) return "";
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const trimmed = first <= 32 || last <= 32 || first === 0xa0 || last === 0xa0 ? text.trim() : text;
  if (trimmed.length > 15 || !mayBePlaceholder(trimmed.charCodeAt(0))) return trimmed;
  return PLACEHOLDERS.has(trimmed.toLowerCase()) ? "" : trimmed;
}

/** `-`, `#`, `(`, `?`, n and u: asked before the set, because nearly every cell of every row comes here. */
function mayBePlaceholder(code: number): boolean {
  return (
    code === 45 || code === 35 || code === 40 || code === 63 || (code | 32) === 110 || (code | 32) === 117
  );
}

const PLACEHOLDERS = new Set([
  "-",
  "--",
  "n/a",
  "#n/a",
  "na",
  "none",
  "null",
  "nil",
  "(blank)",
  "unknown",
  "?",
]);

/** A TCP or UDP port, 1-65535. */
export function portOf(text: string): number | undefined {
  if (text.length > 5) return undefined;
  const port = wholeNumber(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** The number that a text of nothing but digits makes, -1 for any other text. `Number` takes twice as long. */
function wholeNumber(text: string): number {
  const { length } = text;
  let number = length === 0 ? -1 : 0;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The port of `192.0.2.1:443` or `host.example:443`, where nothing but digits follows the only colon. */
export function portAfterColon(text: string): number | undefined {
  const colon = text.indexOf(":");
  if (colon <= 0 || text.length - colon > 6) return undefined;
  return portOf(text.slice(colon + 1));
}

/** A confidence from 0 to 100. Words ("high") are not converted: every source means another number by them. */
export function confidenceOf(text: string): number | undefined {
  if (text.length === 0 || text.length > 6) return undefined;
  const whole = wholeNumber(text);
  const value = whole >= 0 ? whole : Number(text.endsWith("%") ? text.slice(0, -1) : text);
  return value >= 0 && value <= 100 ? value : undefined;
}

/** A country code of two letters, upper case. `XX` and `ZZ` are what feeds write for "not known". */
export function countryOf(text: string): string | undefined {
  if (text.length !== 2) return undefined;
  if (!isLetter(text.charCodeAt(0)) || !isLetter(text.charCodeAt(1))) return undefined;
  const code = text.toUpperCase();
  return code === "XX" || code === "ZZ" ? undefined : code;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

/** `amber`, `TLP:AMBER` and `tlp:white` as a marking word with its prefix. */
export function tlpMarking(text: string): string {
  const upper = text.toUpperCase();
  return upper.includes(":") ? upper : `TLP:${upper}`;
}

/** Makes a function that turns a cell into a one-element list and hands out the same list for the same text. */
export function createListMemo(make: (text: string) => string = (text) => text) {
  const listOf = createWordMemo((text): readonly string[] => [make(text)]);
  return (text: string): readonly string[] | undefined => (text.length === 0 ? undefined : listOf(text));
}

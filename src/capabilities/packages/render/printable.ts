import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isolate, visibleText } from "#platform/i18n/isolate.ts";

const require = createRequire(import.meta.url);
const LATIN = dirname(require.resolve("@expo-google-fonts/noto-sans/package.json"));
const ARABIC = dirname(require.resolve("@expo-google-fonts/noto-sans-arabic/package.json"));

/** The fonts a report is printed with, as TTF bytes. Typst brings its own fixed-width font for identifiers. */
export const REPORT_FONTS: readonly Buffer[] = [
  join(LATIN, "400Regular/NotoSans_400Regular.ttf"),
  join(LATIN, "600SemiBold/NotoSans_600SemiBold.ttf"),
  join(LATIN, "700Bold/NotoSans_700Bold.ttf"),
  join(ARABIC, "400Regular/NotoSansArabic_400Regular.ttf"),
  join(ARABIC, "600SemiBold/NotoSansArabic_600SemiBold.ttf"),
  join(ARABIC, "700Bold/NotoSansArabic_700Bold.ttf"),
].map((file) => readFileSync(file));

const covered = new Set(
  [REPORT_FONTS[0], REPORT_FONTS[3]].flatMap((font) => (font ? [...coveredCodePoints(font)] : [])),
);

/**
 * Text of strangers as the fonts can print it: what no font has is written out as `\u{...}`. PDF/A forbids a glyph
 * that stands for nothing, so one exotic letter in a feed would otherwise stop the whole report.
 */
export function printable(text: string): string {
  let result = "";
  for (const character of visibleText(text)) {
    const code = character.codePointAt(0) ?? 0;
    result += code < 0x7f || covered.has(code) ? character : `\\u{${code.toString(16).toUpperCase()}}`;
  }
  return result;
}

/** An identifier for print: printable, isolated from right-to-left text, cut when longer than `maximum` characters. */
export function printableIdentifier(identifier: string, maximum = Number.POSITIVE_INFINITY): string {
  const text = printable(identifier);
  return isolate(text.length > maximum ? `${text.slice(0, maximum)}…` : text);
}

/** Code points that a TrueType font has glyphs for, from its `cmap` tables of formats 4 and 12 (OpenType 1.9). */
function coveredCodePoints(font: Buffer): Set<number> {
  const found = new Set<number>();
  const tables = font.readUInt16BE(4);
  for (let index = 0; index < tables; index += 1) {
    const entry = 12 + index * 16;
    if (font.toString("latin1", entry, entry + 4) === "cmap")
      readCmap(font, font.readUInt32BE(entry + 8), found);
  }
  return found;
}

function readCmap(font: Buffer, cmap: number, found: Set<number>): void {
  const subtables = font.readUInt16BE(cmap + 2);
  for (let index = 0; index < subtables; index += 1) {
    const at = cmap + font.readUInt32BE(cmap + 4 + index * 8 + 4);
    const format = font.readUInt16BE(at);
    if (format === 4) readSegments(font, at, found);
    if (format === 12) readGroups(font, at, found);
  }
}

function readSegments(font: Buffer, at: number, found: Set<number>): void {
  const doubled = font.readUInt16BE(at + 6);
  for (let offset = 0; offset < doubled; offset += 2) {
    const end = font.readUInt16BE(at + 14 + offset);
    const start = font.readUInt16BE(at + 16 + doubled + offset);
    for (let code = start; code <= end && code !== 0xffff; code += 1) found.add(code);
  }
}

function readGroups(font: Buffer, at: number, found: Set<number>): void {
  const groups = font.readUInt32BE(at + 12);
  for (let index = 0; index < groups; index += 1) {
    const group = at + 16 + index * 12;
    const end = font.readUInt32BE(group + 4);
    for (let code = font.readUInt32BE(group); code <= end; code += 1) found.add(code);
  }
}

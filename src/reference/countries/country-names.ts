import { readFileSync } from "node:fs";
import { isCountry } from "./countries.ts";

/** The working languages of Muster: those in which country packages and screens are written. */
export const LANGUAGES = ["en", "fr", "es", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Names that replace those of the Unicode locale data, by code and language. */
export type TerritoryNames = ReadonlyMap<string, Readonly<Partial<Record<Language, string>>>>;

const UNICODE_NAMES = new Map(
  LANGUAGES.map((language) => [language, new Intl.DisplayNames([language], { type: "region" })] as const),
);

/**
 * Name of a country in one language. Names come from Unicode's locale data, except where the list of territory
 * names says otherwise (`territories`; without it the shipped list). An unknown code is its own name.
 */
export function countryName(
  code: string,
  language: Language,
  territories: TerritoryNames = shippedNames,
): string {
  const listed = territories.get(code)?.[language];
  if (listed !== undefined) return listed;
  return isCountry(code) ? (UNICODE_NAMES.get(language)?.of(code) ?? code) : code;
}

/**
 * Reads a list of territory names: CSV with the columns `code,en,fr,es,ar`, `#` comments; an empty cell keeps the
 * Unicode name. Naming is policy, so an operator may put his own list in place of the shipped one (JU-7).
 * Throws `UnreadableTerritoryNames` naming file and line.
 */
export function readTerritoryNames(csv: string, file: string): TerritoryNames {
  const names = new Map<string, Partial<Record<Language, string>>>();
  for (const [index, raw] of csv.split(/\r?\n/).entries()) {
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith("code,")) continue;
    const [code = "", ...cells] = cellsOf(line);
    if (!isCountry(code) || cells.length !== LANGUAGES.length) {
      throw new UnreadableTerritoryNames(file, index + 1);
    }
    const entry: Partial<Record<Language, string>> = {};
    for (const [column, language] of LANGUAGES.entries()) {
      const name = cells[column];
      if (name !== undefined && name !== "") entry[language] = name;
    }
    names.set(code, entry);
  }
  return names;
}

/** The list of territory names is refused whole: half of it would name the same place in two ways. */
class UnreadableTerritoryNames extends Error {
  override readonly name = "UnreadableTerritoryNames";
  constructor(file: string, line: number) {
    super(`${file}, line ${line}: expected code,en,fr,es,ar with an ISO 3166-1 alpha-2 code`);
  }
}

/** Cells of one line; a cell may stand in double quotes to hold a comma. */
function cellsOf(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"([^"]*)"|([^",]*))/g), ([, quoted, plain]) =>
    (quoted ?? plain ?? "").trim(),
  );
}

// At the end, because a broken list throws the class above.
const shippedNames = readTerritoryNames(
  readFileSync(new URL("./territory-names.csv", import.meta.url), "utf8"),
  "territory-names.csv",
);

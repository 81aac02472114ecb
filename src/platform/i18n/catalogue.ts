import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IntlMessageFormat } from "intl-messageformat";

/** The four languages every text exists in (requirement LX-1). */
export const LANGUAGES = ["en", "fr", "es", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

export type MessageValues = Readonly<Record<string, string | number>>;

/** Texts of one capability in all languages. */
export interface Catalogue {
  /** The text in one language. Throws for an unknown key: a missing text is a fault of the program, not of the data. */
  text(language: Language, key: string, values?: MessageValues): string;
  has(key: string): boolean;
}

/**
 * Loads the texts of one folder: `en.json`, `fr.json`, `es.json` and `ar.json`, each a flat object of key to ICU message.
 * Arabic numbers are written with Western digits, because figures and identifiers are compared across languages (LX-5).
 */
export function loadCatalogue(folder: URL): Catalogue {
  const messages = new Map(LANGUAGES.map((language) => [language, readMessages(folder, language)]));
  const compiled = new Map<string, IntlMessageFormat>();
  return {
    has: (key) => messages.get("en")?.has(key) ?? false,
    text(language, key, values) {
      const slot = `${language} ${key}`;
      let message = compiled.get(slot);
      if (!message) {
        const source = messages.get(language)?.get(key);
        if (source === undefined) throw new Error(`No text "${key}" in language "${language}"`);
        message = compileMessage(source, language);
        compiled.set(slot, message);
      }
      return String(message.format(values));
    },
  };
}

/** Tags are switched off: `<` is an ordinary letter here, nothing of a text is ever markup. */
export function compileMessage(source: string, language: Language): IntlMessageFormat {
  return new IntlMessageFormat(source, localeOf(language), undefined, { ignoreTag: true });
}

/** BCP 47 locale for `Intl`: Western digits in Arabic. */
export function localeOf(language: Language): string {
  return language === "ar" ? "ar-u-nu-latn" : language;
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/** Key to message of one language file. Throws when the file is not a flat object of strings. */
export function readMessages(folder: URL, language: Language): Map<string, string> {
  const file = join(fileURLToPath(folder), `${language}.json`);
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new Error(`${file} must be an object of key to text`);
  }
  const messages = new Map<string, string>();
  for (const [key, text] of Object.entries(parsed)) {
    if (typeof text !== "string") throw new Error(`${file}: the text of "${key}" is not a string`);
    messages.set(key, text);
  }
  return messages;
}

import { compileMessage, LANGUAGES, type Language, readMessages } from "./catalogue.ts";

/**
 * What is wrong with a folder of texts: keys that not all languages have, messages that cannot be parsed, placeholders
 * that differ from the English ones, empty texts. Empty when all is well; a test of each capability holds it at that.
 */
export function catalogueFaults(folder: URL): string[] {
  const english = readMessages(folder, "en");
  const faults: string[] = [];
  for (const language of LANGUAGES) {
    const messages = readMessages(folder, language);
    for (const key of english.keys()) if (!messages.has(key)) faults.push(`${language}: "${key}" is missing`);
    for (const [key, text] of messages) {
      const model = english.get(key);
      if (model === undefined) faults.push(`${language}: "${key}" is not in en.json`);
      else faults.push(...messageFaults(language, key, text, model));
    }
  }
  return faults;
}

function messageFaults(language: Language, key: string, text: string, model: string): string[] {
  if (text.trim() === "") return [`${language}: "${key}" is empty`];
  try {
    const names = placeholders(text, language);
    const expected = placeholders(model, "en");
    return names === expected
      ? []
      : [`${language}: "${key}" has placeholders {${names}}, English has {${expected}}`];
  } catch (error) {
    return [
      `${language}: "${key}" cannot be parsed: ${error instanceof Error ? error.message : String(error)}`,
    ];
  }
}

/** Names of all placeholders, sorted. Plural branches name them more than once; the set counts. */
function placeholders(text: string, language: Language): string {
  const names = new Set<string>();
  collectNames(compileMessage(text, language).getAst(), names);
  return [...names].sort().join(", ");
}

/** ICU elements: type 0 is literal text, 7 is the `#` of a plural; all others carry a name in `value`. */
function collectNames(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const part of node) collectNames(part, names);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  if (
    "type" in node &&
    node.type !== 0 &&
    node.type !== 7 &&
    "value" in node &&
    typeof node.value === "string"
  ) {
    names.add(node.value);
  }
  if ("options" in node && typeof node.options === "object" && node.options !== null) {
    const options: unknown[] = Object.values(node.options);
    for (const option of options) {
      if (typeof option === "object" && option !== null && "value" in option)
        collectNames(option.value, names);
    }
  }
}

import { TLP_MARKING_IDS } from "#standards/stix/marking.ts";
import { parseTlp, TLP_LEVELS } from "#standards/tlp.ts";
import {
  copyOfText,
  isJsonObject,
  type JsonObject,
  objectsOf,
  textOf,
  textsOf,
} from "../../read/json-values.ts";

/** Ids that STIX 2.0 and 2.1 fixed for TLP version 1. */
const TLP_1_IDS: readonly (readonly [string, string])[] = [
  ["marking-definition--613f2e26-407d-48c7-9eca-b8e7df99dc9f", "TLP:CLEAR"],
  ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN"],
  ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER"],
  ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED"],
];

/** Definitions kept of one bundle; beyond it, references stay unresolved and therefore closed. */
const MAX_DEFINITIONS = 10_000;

/** Knows what the markings of one bundle say: first `define` every definition, then ask. */
export class MarkingDefinitions {
  readonly #names = new Map<string, string | null>([
    ...TLP_1_IDS,
    ...TLP_LEVELS.map((level) => [TLP_MARKING_IDS[level], `TLP:${level}`] as const),
  ]);
  readonly #sets = new Map<string, readonly string[]>();

  define(definition: JsonObject): void {
    const id = textOf(definition, "id");
    // The fixed ids mean what the standard says, whatever a bundle claims that they are.
    if (id === undefined || this.#names.has(id) || this.#names.size > MAX_DEFINITIONS) return;
    const meaning = definitionMeaning(definition);
    this.#names.set(copyOfText(id), meaning === null ? null : copyOfText(meaning));
  }

  /**
   * The markings that an object carries itself, by name (`TLP:AMBER`, `PAP:RED`). Statements such as a copyright
   * notice are none. A reference to a definition that the bundle lacks is kept as it stands: nobody can tell that it
   * is an open one.
   */
  of(object: JsonObject): readonly string[] {
    const refs = textsOf(object, "object_marking_refs");
    const granular = granularRefs(object);
    return this.named(granular.length === 0 ? refs : [...refs, ...granular]);
  }

  /** The names behind references to marking definitions, each once. Answers are remembered. */
  named(refs: readonly string[]): readonly string[] {
    if (refs.length === 0) return NONE;
    const key = refs.join(" ");
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const names = this.#resolve(refs.map(copyOfText));
    if (this.#sets.size < MAX_DEFINITIONS) this.#sets.set(copyOfText(key), names);
    return names;
  }

  #resolve(refs: readonly string[]): readonly string[] {
    const names = refs.map((ref) => {
      const name = this.#names.get(ref);
      return name === undefined ? ref : name;
    });
    return [...new Set(names.filter((name) => name !== null))];
  }
}

/** What a definition says, or null when it is a statement without a rule for sharing. */
function definitionMeaning(definition: JsonObject): string | null {
  const inner = isJsonObject(definition.definition) ? definition.definition : {};
  const extensions = isJsonObject(definition.extensions) ? Object.values(definition.extensions) : [];
  const candidates = [
    ...extensions.filter(isJsonObject).map((extension) => textOf(extension, "tlp_2_0")),
    textOf(inner, "tlp"),
    textOf(definition, "name"),
    textOf(inner, "statement"),
  ];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const tlp = parseTlp(candidate);
    if (tlp !== null) return `TLP:${tlp}`;
    if (/^(?:TLP|PAP)\s*[:=]|^H[0-3]$/i.test(candidate)) return candidate;
  }
  return textOf(definition, "definition_type") === "tlp" ? (textOf(definition, "id") ?? null) : null;
}

/** Granular markings on what becomes a claim. Those on prose and language do not touch it. */
function granularRefs(object: JsonObject): readonly string[] {
  if (object.granular_markings === undefined) return NONE;
  return objectsOf(object, "granular_markings").flatMap((marking) => {
    const ref = textOf(marking, "marking_ref");
    const selectors = textsOf(marking, "selectors");
    return ref === undefined || (selectors.length > 0 && selectors.every(isProse)) ? [] : [ref];
  });
}

const NONE: readonly never[] = [];

function isProse(selector: string): boolean {
  return /^(?:description|lang|created_by_ref|extensions)\b/.test(selector);
}

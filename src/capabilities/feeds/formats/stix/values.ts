import type { ObservableType } from "#standards/observable/types.ts";
import { copyOfText, isJsonObject, type JsonObject, textOf, textsOf } from "../../read/json-values.ts";
import { type AssertedValue, readPattern } from "./pattern.ts";
import { hashType, propertyMeaning } from "./property.ts";

/** A value that a STIX object holds, as written. */
export interface StixValue {
  readonly value: string;
  readonly type: ObservableType | undefined;
  readonly port: number | undefined;
}

/** Values of an indicator's pattern, each once, and the properties it compares that hold none. Throws `SyntaxError`. */
export function valuesOfPattern(pattern: string): { values: StixValue[]; others: string[] } {
  const asserted = readPattern(pattern);
  const [only] = asserted;
  if (only !== undefined && asserted.length === 1) {
    const value = stixValue(only);
    return value === null ? { values: [], others: [only.property] } : { values: [value], others: [] };
  }
  const values = new Map<string, StixValue>();
  const others = new Set<string>();
  for (const one of asserted) {
    const value = stixValue(one);
    if (value === null) others.add(one.property);
    else values.set(`${one.property} ${value.value} ${value.port ?? ""}`, value);
  }
  return { values: [...values.values()], others: [...others] };
}

function stixValue({ property, text, port }: AssertedValue): StixValue | null {
  const meaning = meaningOf(property);
  if (meaning === null) return null;
  const value = meaning === "autonomous-system" ? `AS${text}` : text;
  return { value, type: meaning === "by-shape" ? undefined : meaning, port };
}

/** Values of one cyber-observable object of the given type. */
export function valuesOfObservable(object: JsonObject, type: string): StixValue[] {
  const values: StixValue[] = [];
  if (type === "file" || type === "artifact") {
    const hashes = isJsonObject(object.hashes) ? object.hashes : {};
    for (const algorithm of Object.keys(hashes)) {
      const kind = hashType(algorithm);
      const value = textOf(hashes, algorithm);
      if (kind !== null && value !== undefined) values.push({ value, type: kind, port: undefined });
    }
  }
  for (const key of VALUE_KEYS) {
    const value = textOf(object, key);
    const meaning = value === undefined ? null : meaningOf(`${type}:${key}`);
    if (value === undefined || meaning === null) continue;
    values.push({
      value: written(object, type, value),
      type: meaning === "by-shape" ? undefined : meaning,
      port: undefined,
    });
    if (type === "user-account") break;
  }
  return values;
}

/** Observables inside a STIX 2.0 observed-data object, without those that only describe another of them. */
export function valuesOfObservedData(object: JsonObject): StixValue[] {
  const inner = isJsonObject(object.objects) ? object.objects : {};
  const observables = Object.entries(inner).flatMap(([key, value]) =>
    isJsonObject(value) ? [{ key, value }] : [],
  );
  const details = new Set(
    observables.flatMap(({ value }) => [
      ...textsOf(value, "resolves_to_refs"),
      ...textsOf(value, "belongs_to_refs"),
    ]),
  );
  return observables
    .filter(({ key }) => !details.has(key))
    .flatMap(({ value }) => valuesOfObservable(value, textOf(value, "type") ?? ""));
}

const VALUE_KEYS = ["value", "number", "account_login", "user_id", "iban", "account_number", "url"];

/** A handle names nobody without its service, a network number is written with its letters. */
function written(object: JsonObject, type: string, value: string): string {
  if (type === "autonomous-system") return `AS${value}`;
  const service = type === "user-account" ? textOf(object, "account_type") : undefined;
  return service === undefined ? value : `${service}:${value}`;
}

const MEANINGS = new Map<string, ReturnType<typeof propertyMeaning>>();

/** Remembered: a million indicators compare a handful of properties. */
function meaningOf(property: string): ReturnType<typeof propertyMeaning> {
  const known = MEANINGS.get(property);
  if (known !== undefined) return known;
  const meaning = propertyMeaning(property);
  if (MEANINGS.size < 1000) MEANINGS.set(copyOfText(property), meaning);
  return meaning;
}

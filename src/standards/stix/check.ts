import { TLP_MARKING_IDS } from "./marking.ts";
import { observableObjectId } from "./observable-object.ts";
import { patternFault } from "./pattern-syntax.ts";
import {
  COMMON_RELATIONSHIPS,
  OBSERVABLE_OBJECT_TYPES,
  type ObservableObjectType,
  OPEN_VOCABULARIES,
  OTHER_OBJECT_TYPES,
  RELATIONSHIPS,
} from "./vocabulary.ts";

type Properties = Readonly<Record<string, unknown>>;
/** Anything that JSON gave: checked here, so nothing about it is assumed. */
interface Checked {
  readonly id: string;
  readonly type: string;
  readonly properties: Properties;
}
type Check = (object: Checked, bundle: Contents) => readonly string[];

interface Contents {
  readonly objects: readonly Checked[];
  readonly byId: ReadonlyMap<string, Checked>;
}

const TIMESTAMP = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const ID = /^([a-z][a-z0-9-]*)--[0-9a-f]{8}-[0-9a-f]{4}-([1-5])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME_PROPERTIES = new Set([
  "created",
  "modified",
  "valid_from",
  "valid_until",
  "first_seen",
  "last_seen",
  "first_observed",
  "last_observed",
  "published",
]);
/** Pairs whose second must not be before the first. `valid_until` must even be later. */
const ORDERED = [
  ["created", "modified"],
  ["first_seen", "last_seen"],
  ["first_observed", "last_observed"],
  ["valid_from", "valid_until"],
] as const;

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  identity: ["name", "identity_class"],
  indicator: ["name", "description", "indicator_types", "pattern", "pattern_type", "valid_from"],
  infrastructure: ["name"],
  location: ["country"],
  malware: ["is_family", "name"],
  "marking-definition": ["created"],
  "observed-data": ["first_observed", "last_observed", "number_observed", "object_refs"],
  relationship: ["relationship_type", "source_ref", "target_ref"],
  report: ["name", "published", "object_refs"],
  sighting: ["sighting_of_ref"],
};

const OBSERVABLES: ReadonlySet<string> = new Set(OBSERVABLE_OBJECT_TYPES);
const KNOWN_TYPES: ReadonlySet<string> = new Set([...OBSERVABLE_OBJECT_TYPES, ...OTHER_OBJECT_TYPES]);

/** The checks, each named by the rule it holds a bundle to. */
export const STIX_CHECKS: Readonly<Record<string, Check>> = {
  "types are of the specification": ({ type }) =>
    KNOWN_TYPES.has(type) ? [] : [`${type} is not a type we write`],
  "ids name their type and the right UUID version": idFaults,
  "required properties are there": ({ type, properties }) =>
    ["spec_version", ...(OBSERVABLES.has(type) ? [] : (REQUIRED[type] ?? []))]
      .filter((name) => properties[name] === undefined)
      .map((name) => `${name} is missing`),
  "version is 2.1": ({ properties }) =>
    properties.spec_version === "2.1" ? [] : ["spec_version is not 2.1"],
  "domain and relationship objects have a creator and times": creatorFaults,
  "times are UTC with milliseconds and in order": timeFaults,
  "no list, text or dictionary is empty": emptyFaults,
  "no custom properties": ({ properties }) =>
    Object.keys(properties)
      .filter((name) => !/^[a-z0-9_]{2,250}$/.test(name) || name.startsWith("x_"))
      .map((name) => `${name} is not a property name of the specification`),
  "vocabulary values are the suggested ones": vocabularyFaults,
  "patterns parse": ({ type, properties }) => {
    const fault = type === "indicator" ? patternFault(String(properties.pattern)) : null;
    return fault === null ? [] : [`pattern: ${fault}`];
  },
  "every reference resolves inside the bundle": ({ properties }, { byId }) =>
    references(properties)
      .filter((id) => !byId.has(id))
      .map((id) => `${id} is not in the bundle`),
  "references point to the allowed types": referenceTypeFaults,
  "relationships are those of the specification": relationshipFaults,
  "every object is marked, TLP markings are the fixed ones": markingFaults,
  "a report names every object": reportFaults,
  "observed counts and confidence are in range": rangeFaults,
};

/**
 * Holds a parsed STIX bundle to the rules that the OASIS JSON schemas cannot express (and a few they can): one line
 * per fault, empty when the bundle keeps them all. Takes anything that JSON can give.
 */
export function bundleFaults(bundle: unknown): string[] {
  if (!isProperties(bundle) || bundle.type !== "bundle" || !Array.isArray(bundle.objects)) {
    return ["not a STIX bundle"];
  }
  const faults = ID.test(String(bundle.id)) ? [] : [`bundle: ${String(bundle.id)} is not an id`];
  const objects: Checked[] = [];
  for (const object of bundle.objects) {
    if (isProperties(object) && typeof object.id === "string" && typeof object.type === "string") {
      objects.push({ id: object.id, type: object.type, properties: object });
    } else faults.push("an object has no id or type");
  }
  const byId = new Map(objects.map((object) => [object.id, object]));
  if (byId.size !== objects.length) faults.push(`${objects.length - byId.size} ids occur twice`);
  for (const [rule, check] of Object.entries(STIX_CHECKS)) {
    for (const object of objects) {
      for (const fault of check(object, { objects, byId })) faults.push(`${object.id}: ${fault} (${rule})`);
    }
  }
  return faults;
}

function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function idFaults({ id, type, properties }: Checked): string[] {
  const match = ID.exec(id);
  if (match?.[1] !== type) return ["the id does not begin with the type"];
  const expected = OBSERVABLES.has(type) ? "5" : "4";
  if (match[2] !== expected) return [`the id is a UUID of version ${match[2]}, expected ${expected}`];
  if (!isObservableType(type)) return [];
  const computed = observableObjectId({ type, properties: identifying(properties) });
  return computed === id ? [] : [`the id does not follow from the properties, expected ${computed}`];
}

function isObservableType(type: string): type is ObservableObjectType {
  return OBSERVABLES.has(type);
}

function identifying(properties: Properties): Properties {
  const names = ["value", "hashes", "number", "user_id"];
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

function creatorFaults({ type, properties }: Checked): string[] {
  if (OBSERVABLES.has(type) || type === "marking-definition") return [];
  return ["created", "modified", "created_by_ref"]
    .filter((name) => !properties[name])
    .map((name) => `${name} is missing`);
}

function timeFaults({ properties }: Checked): string[] {
  const faults = Object.entries(properties)
    .filter(([name, value]) => TIME_PROPERTIES.has(name) && !TIMESTAMP.test(String(value)))
    .map(([name, value]) => `${name} is ${String(value)}`);
  for (const [first, second] of ORDERED) {
    const from = properties[first];
    const to = properties[second];
    if (typeof from !== "string" || typeof to !== "string") continue;
    if (to < from || (second === "valid_until" && to === from))
      faults.push(`${second} ${to} is before ${first} ${from}`);
  }
  return faults;
}

function emptyFaults({ properties }: Checked): string[] {
  return Object.entries(properties)
    .filter(
      ([, value]) =>
        value === "" ||
        value === null ||
        (typeof value === "object" && Object.keys(value ?? {}).length === 0),
    )
    .map(([name]) => `${name} is empty`);
}

function vocabularyFaults({ type, properties }: Checked): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const words = OPEN_VOCABULARIES[`${type}.${name}`];
    if (!words) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values
      .filter((word) => !words.includes(String(word)))
      .map((word) => `${name} has ${String(word)}`);
  });
}

function references(properties: Properties): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (name.endsWith("_ref")) return [String(value)];
    return name.endsWith("_refs") && Array.isArray(value) ? value.map(String) : [];
  });
}

function typeOf(id: unknown): string {
  return String(id).split("--")[0] ?? "";
}

function referenceTypeFaults({ type, properties }: Checked): string[] {
  const faults: string[] = [];
  const expect = (name: string, allowed: (target: string) => boolean) => {
    for (const id of [properties[name] ?? []].flat())
      if (!allowed(typeOf(id))) faults.push(`${name} points to ${String(id)}`);
  };
  expect("created_by_ref", (target) => target === "identity");
  expect("object_marking_refs", (target) => target === "marking-definition");
  expect("observed_data_refs", (target) => target === "observed-data");
  expect("where_sighted_refs", (target) => target === "identity" || target === "location");
  expect(
    "sighting_of_ref",
    (target) => !OBSERVABLES.has(target) && target !== "relationship" && target !== "sighting",
  );
  if (type === "observed-data") expect("object_refs", (target) => OBSERVABLES.has(target));
  return faults;
}

function relationshipFaults({ type, properties }: Checked): string[] {
  if (type !== "relationship") return [];
  const [source, target] = [typeOf(properties.source_ref), typeOf(properties.target_ref)];
  const name = String(properties.relationship_type);
  if (COMMON_RELATIONSHIPS.some((common) => common === name)) return [];
  return RELATIONSHIPS[source]?.[name]?.includes(target)
    ? []
    : [`${source} ${name} ${target} is not in its tables`];
}

function markingFaults({ id, type, properties }: Checked): string[] {
  const fixed: readonly string[] = Object.values(TLP_MARKING_IDS);
  if (type === "marking-definition") {
    if (properties.definition_type === "tlp") return ["a TLP 1 marking"];
    return properties.extensions !== undefined && !fixed.includes(id)
      ? ["a TLP 2 marking under a new id"]
      : [];
  }
  const levels = [properties.object_marking_refs ?? []].flat().filter((ref) => fixed.includes(String(ref)));
  return levels.length === 1 ? [] : [`${levels.length} TLP markings, expected 1`];
}

function reportFaults({ id, type, properties }: Checked, { objects }: Contents): string[] {
  if (type !== "report") return [];
  const named = new Set([properties.object_refs ?? []].flat().map(String));
  return objects
    .filter((object) => object.type !== "marking-definition" && object.id !== id && !named.has(object.id))
    .map((object) => `${object.id} is not in object_refs`);
}

function rangeFaults({ properties }: Checked): string[] {
  const within = (name: string, low: number, high: number) => {
    const value = properties[name];
    if (value === undefined) return [];
    return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high
      ? []
      : [`${name} is ${String(value)}`];
  };
  return [
    ...within("number_observed", 1, 999_999_999),
    ...within("count", 0, 999_999_999),
    ...within("confidence", 0, 100),
  ];
}

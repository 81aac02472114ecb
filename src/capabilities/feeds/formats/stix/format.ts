import type { Claim, PartInput, RefusalCode, RowSink } from "../../format.ts";
import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { type JsonPlace, type JsonPlan, parseElement, splitJson } from "../../read/json-elements.ts";
import {
  instantOf,
  isJsonObject,
  type JsonObject,
  numberOf,
  objectsOf,
  textOf,
} from "../../read/json-values.ts";
import { BundleContext, type Labels, VALUE_TYPES } from "./bundle-context.ts";
import { IntegerColumn } from "./columns.ts";
import { isBenign, roleOfValue } from "./roles.ts";
import { type StixValue, valuesOfObservable, valuesOfObservedData, valuesOfPattern } from "./values.ts";

/**
 * STIX 2.0 and 2.1: a bundle, a TAXII envelope, an array of objects or one object; properties decide, not the version
 * it states, because producers mix them.
 *
 * A row is an object that holds values: an indicator, a STIX 2.0 observed-data object, or a cyber-observable that is a
 * claim of its own (see `BundleContext.isClaim`). Its number is its place in `objects`. Relationships, malware,
 * identities and reports are no rows. What they say is collected in a first pass over the part, because a relationship
 * may stand anywhere; the second pass gives the claims.
 */
export default defineFeedFormat({
  id: "stix",
  title: "STIX 2.0 and 2.1",
  recognise(head) {
    const { text } = head;
    if (!/^\s*.?[{[]/s.test(text.slice(0, 100))) return 0;
    if (/"type"\s*:\s*"bundle"|"id"\s*:\s*"bundle--/.test(text)) return 95;
    if (!STIX_ID.test(text)) return 0;
    return /"(?:spec_version|objects|pattern|created|modified)"\s*:/.test(text) ? 90 : 60;
  },
  async read(part, sink) {
    const shape = await shapeOf(part);
    const first = await collectContext(part, shape);
    const rows = await readRows(part, shape, first, sink);
    if (rows > 0) return;
    throw new UnreadablePart(
      "no-indicators",
      "This STIX file holds no indicators and no observed values. Hand in the bundle that holds them.",
    );
  },
});

/** Ids of objects this format reads or knows: an arbitrary `word--uuid` is not yet STIX. */
const STIX_ID =
  /"(?:id|source_ref|created_by_ref)"\s*:\s*"(?:attack-pattern|campaign|course-of-action|grouping|identity|indicator|infrastructure|intrusion-set|location|malware|malware-analysis|marking-definition|note|observed-data|opinion|relationship|report|sighting|threat-actor|tool|vulnerability|ipv4-addr|ipv6-addr|domain-name|url|email-addr|file)--[0-9a-fA-F]{8}-/;

/** Where the objects are: in `objects`, in a top-level array, or the document is one object itself. */
type Shape = "wrapped" | "one";

const PLANS: Readonly<Record<Shape, JsonPlan>> = {
  wrapped: (path) => {
    if (path === "" || path === "objects") return "enter";
    return path === "objects/*" || path === "*" ? "take" : "skip";
  },
  one: () => "take",
};

async function shapeOf(part: PartInput): Promise<Shape> {
  let beginning = "";
  for await (const chunk of part.text()) {
    beginning += chunk;
    if (beginning.length > 64 * 1024) break;
  }
  return /^\s*\{/.test(beginning) && !/"objects"\s*:\s*[[{]|"(?:type|id)"\s*:\s*"bundle\b/.test(beginning)
    ? "one"
    : "wrapped";
}

/** Single objects may also stand one after another, a line each. */
function splitObjects(
  part: PartInput,
  shape: Shape,
  visit: (source: string, place: JsonPlace) => void,
): Promise<void> {
  return splitJson(part.text(), PLANS[shape], visit, { sequence: shape === "one" });
}

interface FirstPass {
  readonly context: BundleContext;
  /** 1 for the objects, by index, that the second pass need not parse again. */
  readonly done: IntegerColumn;
  /** The object that could not be parsed; the second pass stops there after giving what stands before it. */
  readonly broken: { readonly index: number; readonly error: UnreadablePart } | null;
}

async function collectContext(part: PartInput, shape: Shape): Promise<FirstPass> {
  const context = new BundleContext();
  const done = new IntegerColumn();
  let at = 0;
  try {
    await splitObjects(part, shape, (source, place) => {
      at = place.index;
      const type = typeBySource(source);
      if (type !== null && !isContext(type, source)) return;
      if (type !== null && READ_BEFORE.has(type)) done.set(place.index, 1);
      const object = parseElement(source, place);
      if (!isJsonObject(object)) return;
      if (textOf(object, "type") === "marking-definition") context.markings.define(object);
      else if (textOf(object, "type") !== "indicator") context.add(object, textOf(object, "type") ?? "");
    });
  } catch (error) {
    // A fault of the brackets is met again in the second pass, at the same place.
    if (!(error instanceof UnreadablePart) || error.code === "too-big") throw error;
    return { context, done, broken: { index: at, error } };
  }
  return { context, done, broken: null };
}

/** Whether the first pass needs it. Of plain observables only those that refer to others. */
function isContext(type: string, source: string): boolean {
  if (CONTEXT_TYPES.has(type)) return true;
  return VALUE_TYPES.has(type) && (source.includes("s_to_refs") || source.includes('s_to_ref"'));
}

const CONTEXT_TYPES = new Set([
  "relationship",
  "sighting",
  "observed-data",
  "marking-definition",
  "malware",
  "tool",
  "threat-actor",
  "intrusion-set",
  "campaign",
  "infrastructure",
]);

/** Types whose objects the second pass need not parse: the first one did. */
const READ_BEFORE = new Set([...CONTEXT_TYPES].filter((type) => type !== "observed-data"));

/**
 * The type of an object from the first id in its source text, which begins with it; parsing every object twice would
 * double the cost. A quoted `"id"` inside a string is written `\"id\"` and does not match.
 */
function typeBySource(source: string): string | null {
  return /"id"\s*:\s*"([a-z0-9-]+)--/.exec(source)?.[1] ?? null;
}

async function readRows(part: PartInput, shape: Shape, first: FirstPass, sink: RowSink): Promise<number> {
  const { context, done, broken } = first;
  let rows = 0;
  await splitObjects(part, shape, (source, place) => {
    if (done.get(place.index) === 1) {
      if (broken?.index === place.index) throw broken.error;
      return;
    }
    if (readObject(source, place, context, sink)) rows++;
  });
  return rows;
}

/** True when the object is a row. */
function readObject(source: string, place: JsonPlace, context: BundleContext, sink: RowSink): boolean {
  const object = parseElement(source, place);
  if (!isJsonObject(object)) return false;
  const row = { object, row: place.index, source, sink };
  const type = textOf(object, "type") ?? "";
  if (type !== "indicator") {
    if (!VALUE_TYPES.has(type) || !context.isClaim(textOf(object, "id"))) return false;
    if (type === "observed-data" && !isJsonObject(object.objects)) return false;
  }
  sink.row();
  if (type === "indicator") readIndicator(row, context);
  else {
    const values = type === "observed-data" ? valuesOfObservedData(object) : valuesOfObservable(object, type);
    readObservable(row, values, context);
  }
  return true;
}

interface Row {
  readonly object: JsonObject;
  readonly row: number;
  readonly source: string;
  readonly sink: RowSink;
}

/** Why a whole object gives no claim. */
interface Fault {
  readonly code: RefusalCode;
  readonly reason: string;
}

function readIndicator(row: Row, context: BundleContext): void {
  const found = valuesOfIndicator(row.object);
  if ("code" in found) refuse(row, found);
  else
    giveClaims(row, found, context, {
      firstSeen: instantOf(row.object, "valid_from"),
      validUntil: instantOf(row.object, "valid_until"),
    });
}

function valuesOfIndicator(object: JsonObject): readonly StixValue[] | Fault {
  if (object.revoked === true) return { code: "withdrawn", reason: "The source revoked this indicator." };
  if (isBenign(object)) {
    return { code: "shielded", reason: "The source itself says that this indicator is benign." };
  }
  const kind = textOf(object, "pattern_type") ?? "stix";
  if (kind.toLowerCase() !== "stix") {
    const reason = `A pattern of type ${kind.slice(0, 40)} holds no values to fuse. Send the values as STIX patterns.`;
    return { code: "unsupported", reason };
  }
  const pattern = textOf(object, "pattern");
  if (pattern === undefined) return { code: "empty", reason: "This indicator has no pattern." };
  return valuesOrFault(pattern);
}

function valuesOrFault(pattern: string): readonly StixValue[] | Fault {
  try {
    const { values, others } = valuesOfPattern(pattern);
    if (values.length > 0) return values;
    const asserted = others.length === 0 ? "no value" : `only ${others.slice(0, 5).join(", ").slice(0, 200)}`;
    return {
      code: "unsupported",
      reason: `The pattern asserts ${asserted}: nothing that is fused.`,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { code: "malformed", reason: `This is no STIX pattern: ${error.message}.` };
  }
}

function readObservable(row: Row, values: readonly StixValue[], context: BundleContext): void {
  const { object } = row;
  if (object.revoked === true) {
    refuse(row, { code: "withdrawn", reason: "The source revoked this observation." });
  } else if (values.length === 0) {
    refuse(row, { code: "unsupported", reason: "This object holds no value of a kind that is fused." });
  } else {
    const times = {
      firstSeen: instantOf(object, "first_observed"),
      lastSeen: instantOf(object, "last_observed"),
    };
    giveClaims(row, values, context, times);
  }
}

function giveClaims(
  row: Row,
  values: readonly StixValue[],
  context: BundleContext,
  times: Partial<Claim>,
): void {
  const { object, sink } = row;
  const labels = context.labelsOf(textOf(object, "id"));
  const own = context.markings.of(object);
  const markings = labels.markings.length === 0 ? own : [...new Set([...own, ...labels.markings])];
  const shared = {
    row: row.row,
    families: labels.families.length === 0 ? undefined : labels.families,
    confidence: confidenceOf(object),
    markings: markings.length === 0 ? undefined : markings,
    reference: referenceOf(object),
    validUntil: times.validUntil,
  };
  for (const { value, type, port } of values) {
    const role = roleOfValue(object, value, type?.startsWith("file-") === true, labels);
    const claim = { ...shared, value, type, port, role };
    sink.claim({ ...claim, ...seen(times, labels) });
    if (labels.notSeenAt !== undefined)
      sink.claim({ ...claim, lastSeen: labels.notSeenAt, status: "offline" });
  }
}

/** Own times, widened by what sightings and observed data say. */
function seen(times: Partial<Claim>, labels: Labels): Pick<Claim, "firstSeen" | "lastSeen"> {
  return {
    firstSeen: earlier(times.firstSeen, labels.firstSeen),
    lastSeen: later(times.lastSeen, labels.lastSeen),
  };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function confidenceOf(object: JsonObject): number | undefined {
  const confidence = numberOf(object, "confidence");
  return confidence !== undefined && confidence >= 0 && confidence <= 100 ? confidence : undefined;
}

/** Where the producer says that he has it from. Catalogue entries (ATT&CK, CVE) say what it is, not whence. */
function referenceOf(object: JsonObject): string | undefined {
  if (object.external_references === undefined) return undefined;
  for (const reference of objectsOf(object, "external_references")) {
    const source = textOf(reference, "source_name") ?? "";
    if (CATALOGUES.test(source)) continue;
    const id = textOf(reference, "external_id");
    return textOf(reference, "url") ?? (id === undefined ? source || undefined : `${source}:${id}`);
  }
  return undefined;
}

const CATALOGUES = /^(?:mitre|capec|cve|cwe|nvd)/i;

function refuse(row: Row, { code, reason }: Fault): void {
  row.sink.refuse({ row: row.row, code, reason, raw: row.source.slice(0, 4096) });
}

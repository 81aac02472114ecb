import { type PartInput, UnreadablePart } from "../../format.ts";
import { type JsonPlace, type JsonPlan, parseElement, splitJson } from "../../read/json-elements.ts";
import { JsonLayouts } from "../../read/json-layouts.ts";
import { isJsonObject, type JsonObject, textOf } from "../../read/json-values.ts";
import { BundleContext, CONTEXT_RANKS, VALUE_TYPES } from "./bundle-context.ts";
import { Spans } from "./spans.ts";

/** What the first pass over a bundle leaves for the second. */
export interface FirstPass {
  readonly context: BundleContext;
  readonly spans: Spans;
  readonly layouts: JsonLayouts<ObjectKind>;
  /** What stopped it: the second pass gives what stands before the fault, and then says so. */
  readonly fault: UnreadablePart | null;
}

/** What an object is for, by its type. */
export interface ObjectKind {
  /** It says something about others: the first pass needs it. */
  readonly isContext: boolean;
  /** It may be a row: the second pass needs it. */
  readonly isWanted: boolean;
}

/** Reads a part to its end or to its fault, and collects what its objects say of each other and where they stand. */
export async function collectContext(part: PartInput): Promise<FirstPass> {
  const context = new BundleContext();
  const spans = new Spans();
  const layouts = new JsonLayouts<ObjectKind>({ fixedLength, isRead });
  const visit = (source: string, place: JsonPlace): void => {
    const kind = kindBySource(source);
    if (kind.isContext) addToContext(parseElement(source, place), context);
    spans.add(place.start, source.length, kind.isWanted);
    layouts.learn(source, kind);
  };
  const meet = (chunk: string, at: number, place: JsonPlace): number => {
    const met = layouts.meet(chunk, at, isContext);
    if (met === null) return at;
    if (met.object !== null) addToContext(met.object, context);
    spans.add(place.start, met.end - at, met.kind.isWanted);
    return met.end;
  };
  try {
    const shape = await shapeOf(part);
    // Single objects may also stand one after another, a line each.
    await splitJson(part.text(), PLANS[shape], visit, { sequence: shape === "one" }, meet);
    return { context, spans, layouts, fault: null };
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
    return { context, spans, layouts, fault: error };
  }
}

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

function addToContext(object: unknown, context: BundleContext): void {
  if (!isJsonObject(object)) return;
  const type = textOf(object, "type") ?? "";
  if (type === "marking-definition") context.markings.define(object);
  else if (type !== "indicator") context.add(object, type);
}

function isContext(kind: ObjectKind): boolean {
  return kind.isContext;
}

/**
 * What an object is for, from the first id in its source text, which begins with the type; parsing every object twice
 * would double the cost. A quoted `"id"` inside a string is written `\"id\"` and does not match.
 */
function kindBySource(source: string): ObjectKind {
  const type = /"id"\s*:\s*"([a-z0-9-]+)--/.exec(source)?.[1];
  if (type === undefined || type === "observed-data") return BOTH;
  if (CONTEXT_TYPES.has(type)) return CONTEXT;
  // Of plain observables the first pass needs only those that refer to others.
  const refers = VALUE_TYPES.has(type) && (source.includes("s_to_refs") || source.includes('s_to_ref"'));
  return refers ? BOTH : ROW;
}

const BOTH: ObjectKind = { isContext: true, isWanted: true };
const CONTEXT: ObjectKind = { isContext: true, isWanted: false };
const ROW: ObjectKind = { isContext: false, isWanted: true };

const CONTEXT_TYPES = new Set([...CONTEXT_RANKS.keys(), "marking-definition", "relationship", "sighting"]);

/** The type, and what begins the id: what an object is for follows from them. */
function fixedLength(key: string, text: string): number {
  if (key === "type") return text.length;
  return key === "id" ? (/^[a-z0-9-]+--/.exec(text)?.[0].length ?? text.length) : 0;
}

function isRead(key: string, sample: JsonObject): boolean {
  if (sample.type === "relationship" && key === "id") return false;
  return !UNREAD.has(key) && (key !== "created" || sample.type === "sighting");
}

/** Members that neither pass reads. Of `created` see `BundleContext`. */
const UNREAD = new Set(["spec_version", "created_by_ref", "modified", "description", "pattern_version"]);

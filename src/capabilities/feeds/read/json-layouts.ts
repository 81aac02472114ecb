import { copyOfText, isJsonObject, type JsonObject } from "./json-values.ts";

/** What the reader of a format says about its objects. */
export interface LayoutRules {
  /** How many first characters of this text belong to the layout, because they decide about the kind. */
  fixedLength(key: string, text: string): number;
  /** Members that nobody reads are checked, and left out of the object. */
  isRead(key: string, sample: JsonObject): boolean;
}

/** An object met in a text. One is reused for all: copy what must stay. */
export interface MetObject<Kind> {
  kind: Kind;
  /** Index after the closing brace. */
  end: number;
  /** `null` when it was not asked for. Its texts are slices that keep the whole text alive: copy what must stay. */
  object: JsonObject | null;
}

/** More layouts than a program that writes feeds has; each that does not fit costs a tenth of a parse. */
const MAX_LAYOUTS = 16;
/** Compiling costs as much as some hundred parses, and hostile files would have a new layout for every object. */
const MAX_LEARNED = 200;
const MAX_TRIES = 2000;
const MAX_SOURCE_LENGTH = 4096;
const MAX_MEMBERS = 40;

/**
 * Reads flat JSON objects that were written alike: a producer's program gives all its objects the same members in the
 * same order with the same blanks. The layout of one object is learned as a regular expression over the whole object;
 * where it fits the next one it has found its end, checked it and read its values at a third of the cost of cutting it
 * out for `JSON.parse`. `Kind` is what the reader wants to know of the objects of a layout.
 *
 * What fits is valid JSON and reads as `JSON.parse` reads it: the brackets, keys and blanks are those of an object
 * that was parsed, texts hold no escapes and no control characters, and a nested value is parsed by itself. What does not
 * fit (escapes, values nested deeper) is simply not met. Every part of the expression ends at a character that it
 * cannot hold, so that the time is linear in the length of the object.
 */
export class JsonLayouts<Kind> {
  readonly #rules: LayoutRules;
  readonly #nested = new NestedValues();
  readonly #layouts: Layout<Kind>[] = [];
  #last: Layout<Kind> | null = null;
  #learned = 0;
  #tries = 0;
  #met: MetObject<Kind> | null = null;

  constructor(rules: LayoutRules) {
    this.#rules = rules;
  }

  /** The object that begins at `at`, when a known layout fits; read into an object where `wanted` says so, else only to its end. */
  meet(text: string, at: number, wanted: (kind: Kind) => boolean): MetObject<Kind> | null {
    // Objects of two kinds often alternate: what followed the last one's layout before is tried first.
    const likely = this.#last?.follower ?? null;
    if (likely !== null && this.#fits(likely, text, at, wanted)) return this.#met;
    for (const layout of this.#layouts) {
      if (layout !== likely && this.#fits(layout, text, at, wanted)) return this.#met;
    }
    return null;
  }

  /** Learns from the text of an object that no layout fitted. `kind` must follow from the keys and fixed texts. */
  learn(source: string, kind: Kind): void {
    if (this.#learned >= MAX_LEARNED || this.#tries >= MAX_TRIES || source.length > MAX_SOURCE_LENGTH) return;
    this.#tries++;
    const sample = tryParse(source);
    const layout = isJsonObject(sample) ? layoutOf(source, sample, kind, this.#rules) : null;
    if (layout === null || this.#layouts.some(({ pattern }) => pattern.source === layout.pattern.source))
      return;
    this.#learned++;
    if (this.#layouts.length === MAX_LAYOUTS) this.#layouts.pop();
    this.#layouts.unshift(layout);
  }

  #fits(layout: Layout<Kind>, text: string, at: number, wanted: (kind: Kind) => boolean): boolean {
    const { pattern, kind } = layout;
    pattern.lastIndex = at;
    let object: JsonObject | null = null;
    if (wanted(kind)) {
      const values = pattern.exec(text);
      object = values === null ? null : this.#objectOf(layout, values);
      if (object === null) return false;
    } else if (!pattern.test(text)) return false;
    if (this.#last !== null) this.#last.follower = layout;
    this.#last = layout;
    this.#met ??= { kind, end: 0, object };
    this.#met.kind = kind;
    this.#met.end = pattern.lastIndex;
    this.#met.object = object;
    return true;
  }

  #objectOf({ members, constants }: Layout<Kind>, values: RegExpExecArray): JsonObject | null {
    const object: Record<string, unknown> = { ...constants };
    for (let at = 0; at < members.length; at++) {
      const member = members[at];
      const text = values[at + 1];
      if (member === undefined || text === undefined) return null;
      if (member.form === "text") object[member.key] = text;
      else if (member.form === "word") object[member.key] = valueOfWord(text);
      else {
        if (member.last?.text !== text) member.last = this.#nested.parse(text);
        if (member.last === null) return null;
        if (member.form === "nested") object[member.key] = member.last.value;
      }
    }
    return object;
  }
}

interface Layout<Kind> {
  readonly kind: Kind;
  readonly pattern: RegExp;
  /** One for each group of the pattern. */
  readonly members: readonly Member[];
  /** All members that are read, with the values of those that the layout fixes: copied for each object, which costs less than growing one. */
  readonly constants: JsonObject;
  follower: Layout<Kind> | null;
}

interface Member {
  readonly key: string;
  /** `checked` is a nested value that nobody reads: it is parsed because parsing is what checks it. */
  readonly form: "text" | "word" | "nested" | "checked";
  /** The nested value read last: labels are often those of the object before. */
  last: Nested | null;
}

const TEXT = '[^"\\\\\\x00-\\x1f]*';
const WORD = "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null";
// Nested values: quotes come in pairs, so that a value ends where it ends also when it is not parsed. Repetitions are
// bounded because each keeps a place to come back to; what is longer is parsed as before.
const INSIDE = '(?:[^"\\\\[\\]{}]*"[^"\\\\]*"){0,32}[^"\\\\[\\]{}]*';
const LIST = `\\[${INSIDE}\\]`;
const OBJECT = `\\{${INSIDE}\\}`;
const OBJECTS = `\\[\\s*${OBJECT}\\s*(?:,\\s*${OBJECT}\\s*){0,8}\\]`;

/** A member with what stands before it: a bracket or comma, its key, then one group for each form of value. */
const MEMBER = new RegExp(
  `(\\s*[{,]\\s*"([^"\\\\]+)"\\s*:\\s*)(?:"(${TEXT})"|(${WORD})|(${LIST})|(${OBJECT})|${OBJECTS})(?=\\s*[,}])`,
  "y",
);
const END = /\s*\}$/y;

function layoutOf<Kind>(
  source: string,
  sample: JsonObject,
  kind: Kind,
  rules: LayoutRules,
): Layout<Kind> | null {
  const members: Member[] = [];
  const constants: Record<string, unknown> = {};
  let pattern = "";
  let at = 0;
  for (let count = 0; count < MAX_MEMBERS; count++) {
    MEMBER.lastIndex = at;
    const [, before, key, text, word, list, object] = MEMBER.exec(source) ?? [];
    if (before === undefined || key === undefined) break;
    if (key === "__proto__" || Object.hasOwn(constants, key)) return null;
    at = MEMBER.lastIndex;
    const fixed = text === undefined ? "" : text.slice(0, rules.fixedLength(key, text));
    const isRead = rules.isRead(key, sample);
    const isConstant = text !== undefined && fixed.length === text.length && fixed !== "";
    if (isRead) constants[key] = isConstant ? fixed : null;
    const form = formOf(text, word, isRead);
    const isTaken = form === "checked" || (isRead && !isConstant);
    if (isTaken) members.push({ key, form, last: null });
    const nested = list !== undefined ? LIST : object !== undefined ? OBJECT : OBJECTS;
    const rest = form === "text" ? (isConstant ? "" : TEXT) : form === "word" ? WORD : nested;
    const value = escaped(fixed) + rest;
    const group = isTaken ? `(${value})` : `(?:${value})`;
    pattern += escaped(before) + (form === "text" ? `"${group}"` : group);
  }
  END.lastIndex = at;
  const end = END.exec(source)?.[0];
  if (end === undefined) return null;
  const whole = new RegExp(pattern + escaped(end), "y");
  return { kind, pattern: whole, members, constants, follower: null };
}

function formOf(text: string | undefined, word: string | undefined, isRead: boolean): Member["form"] {
  if (text !== undefined) return "text";
  if (word !== undefined) return "word";
  return isRead ? "nested" : "checked";
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function valueOfWord(word: string): number | boolean | null {
  if (word === "true") return true;
  if (word === "false") return false;
  return word === "null" ? null : Number(word);
}

const MAX_REMEMBERED = 2000;
const MAX_REMEMBERED_LENGTH = 500;

interface Nested {
  readonly text: string;
  readonly value: unknown;
}

/** Parses nested values and remembers them by their text: labels and references are the same in thousands of objects. */
class NestedValues {
  readonly #known = new Map<string, Nested>();

  /** `null` when it is no JSON. */
  parse(text: string): Nested | null {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = tryParse(text);
    if (value === undefined) return null;
    const nested = { text: copyOfText(text), value };
    if (text.length > MAX_REMEMBERED_LENGTH) return nested;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(nested.text, nested);
    return nested;
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

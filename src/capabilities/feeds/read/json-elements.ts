import { UnreadablePart } from "../format.ts";

export type JsonKind = "object" | "array" | "scalar";

/**
 * What to do with a value of the document: look inside it, hand its source text to the visitor, or pass over it.
 * Paths are keys joined with `/`, `*` for any element of an array, the empty string for the document itself:
 * `objects/*` is any element of the member `objects`. A key that holds `/` is not told apart; formats have none.
 */
export type JsonPlan = (path: string, kind: JsonKind) => "enter" | "take" | "skip";

/** Where a taken value stands. One object is reused for all values: copy what must stay. */
export interface JsonPlace {
  path: string;
  /** Key of the value in its object; empty in an array. */
  key: string;
  /** 1-based in its own array (or among the values of a sequence); 0 for the member of an object. */
  index: number;
  /** 1-based in the outermost array that was entered; 0 outside of any. */
  outer: number;
  /** 1-based line on which the value begins. */
  line: number;
  /** Characters of the part before the value. */
  start: number;
}

export interface JsonLimits {
  /** Longest taken value in UTF-16 units. */
  readonly maxElementLength: number;
  readonly maxDepth: number;
  /** Several documents one after another (JSON lines, concatenated JSON) instead of one. */
  readonly sequence: boolean;
}

/**
 * Asked first about each object to be taken: the index after its closing brace when the caller could read it where it
 * stands, `at` when it must be cut out and visited. What it accepts must be balanced, flat but for two levels, and end in `chunk`.
 */
export type MeetObject = (chunk: string, at: number, place: JsonPlace) => number;

const DEFAULT_LIMITS: JsonLimits = { maxElementLength: 16 * 1024 * 1024, maxDepth: 200, sequence: false };

/** Longest key of an object, and longest number: beyond it no real document goes. */
const MAX_TOKEN_LENGTH = 4096;

/**
 * Cuts JSON text into the values that `plan` takes and gives each one's source text to `visit`, so that a document of
 * any size is parsed piece by piece with flat memory. The brackets, commas and keys around taken values are checked;
 * the inside of a taken value is checked by the `parseElement` that must follow, the inside of a skipped one only
 * for balanced brackets. Throws `UnreadablePart` with code `broken` (line and position named), `unsafe` (nested too
 * deep) or `too-big` (one value too long), always after every complete value before it was visited.
 */
export async function splitJson(
  text: AsyncIterable<string>,
  plan: JsonPlan,
  visit: (source: string, place: JsonPlace) => void,
  limits: Partial<JsonLimits> = {},
  meet?: MeetObject,
): Promise<void> {
  const splitter = createJsonSplitter(plan, visit, limits, meet);
  for await (const chunk of text) splitter.write(chunk);
  splitter.end();
}

/** Parses what a splitter gave. Throws `UnreadablePart` "broken" that names the line. */
export function parseElement(source: string, place: { readonly line: number }): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : "";
    throw new UnreadablePart(
      "broken",
      `The JSON value that begins on line ${place.line} cannot be read: ${reason}. Correct it and hand the file in again.`,
      { cause },
    );
  }
}

interface Frame {
  readonly isArray: boolean;
  readonly path: string;
  /** Path of the elements; of an object: what its members' paths begin with. */
  readonly inside: string;
  index: number;
}

type Expecting = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

/** The same as `splitJson` for a caller that pushes chunks itself. */
export function createJsonSplitter(
  plan: JsonPlan,
  visit: (source: string, place: JsonPlace) => void,
  limits: Partial<JsonLimits> = {},
  meet?: MeetObject,
) {
  const { maxElementLength, maxDepth, sequence } = { ...DEFAULT_LIMITS, ...limits };
  const frames: Frame[] = [];
  const place: JsonPlace = { path: "", key: "", index: 0, outer: 0, line: 1, start: 0 };
  let top: Frame | undefined;
  let expecting: Expecting = "value";
  let documents = 0;
  let line = 1;
  let before = 0; // characters in the chunks before this one
  let nextFeed = -1; // of the chunk, remembered for objects that are met: a chunk may have none, and many objects
  // The value or key that is being read, across chunks.
  let reading: "nothing" | "key" | "string" | "scalar" | "composite" = "nothing";
  let taking = false;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let pieces = "";
  let path = "";
  let key = "";

  function fail(code: "broken" | "unsafe" | "too-big", what: string, at: number): never {
    const where = `line ${line}, character ${before + at + 1} of the file`;
    throw new UnreadablePart(code, `${what} at ${where}. Correct the file and hand it in again.`);
  }

  /** Reads brackets, commas, colons and blanks until a key or value begins that must be read to its end. */
  function readStructure(chunk: string, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (code === SPACE || code === CR || code === TAB) continue;
      if (code === LF) {
        line++;
        continue;
      }
      switch (expecting) {
        case "colon":
          if (code !== COLON) fail("broken", "This JSON lacks a colon", at);
          expecting = "value";
          break;
        case "key":
        case "key-or-end":
          if (code === QUOTE) {
            reading = "key";
            return at + 1;
          }
          if (code !== CLOSE_BRACE || expecting === "key") fail("broken", "This JSON lacks a key", at);
          leave();
          break;
        case "comma-or-end":
          if (code === COMMA) expecting = top?.isArray === true ? "value" : "key";
          else if (code === (top?.isArray === true ? CLOSE_BRACKET : CLOSE_BRACE)) leave();
          else fail("broken", "This JSON lacks a comma or closing bracket", at);
          break;
        case "nothing":
          fail("broken", "Something follows the end of this JSON document", at);
          break;
        case "value":
        case "value-or-end":
          if (code === CLOSE_BRACKET && expecting === "value-or-end") {
            leave();
            break;
          }
          if (code === RECORD_SEPARATOR && sequence && top === undefined) break;
          at = beginValue(code, chunk, at);
          if (reading !== "nothing") return at;
          break;
      }
    }
    return chunk.length;
  }

  /**
   * Decides about the value that begins with `code`. Afterwards either it is being read and begins at the returned index, or
   * it was entered or met as a whole and the returned index is the last one that belongs to it so far.
   */
  function beginValue(code: number, chunk: string, at: number): number {
    const kind = code === OPEN_BRACE ? "object" : code === OPEN_BRACKET ? "array" : "scalar";
    if (top === undefined) {
      documents++;
      path = "";
    } else if (top.isArray) {
      top.index++;
      path = top.inside;
      key = "";
    } else {
      path = top.inside + key;
    }
    const decision = plan(path, kind);
    if (frames.length >= maxDepth) fail("unsafe", `This JSON is nested more than ${maxDepth} deep`, at);
    if (decision === "enter" && kind !== "scalar") {
      enter(kind === "array");
      return at;
    }
    taking = decision === "take";
    if (taking && kind === "object" && meet !== undefined) {
      const end = meetObject(chunk, at, meet);
      if (end > at) return end - 1;
    }
    pieces = "";
    depth = 0;
    inString = false;
    escaped = false;
    if (taking) notePlace(at);
    if (kind !== "scalar") reading = "composite";
    else if (code === QUOTE) reading = "string";
    else if (isScalarCode(code)) reading = "scalar";
    else fail("broken", "This JSON lacks a value", at);
    return at;
  }

  function meetObject(chunk: string, at: number, ask: MeetObject): number {
    if (frames.length + 2 >= maxDepth) return at;
    notePlace(at);
    const end = ask(chunk, at, place);
    if (end === at) return at;
    if (end - at > maxElementLength) failTooBig(end);
    if (nextFeed < at) nextFeed = feedFrom(chunk, at);
    for (; nextFeed < end; nextFeed = feedFrom(chunk, nextFeed + 1)) line++;
    ended();
    return end;
  }

  function notePlace(at: number): void {
    place.path = path;
    place.key = top === undefined || top.isArray ? "" : key;
    place.index = top === undefined ? documents : top.isArray ? top.index : 0;
    place.outer = frames.find((frame) => frame.isArray)?.index ?? 0;
    place.line = line;
    place.start = before + at;
  }

  function enter(isArray: boolean): void {
    const prefix = path === "" ? "" : `${path}/`;
    top = { isArray, path, inside: isArray ? `${prefix}*` : prefix, index: 0 };
    frames.push(top);
    expecting = isArray ? "value-or-end" : "key-or-end";
  }

  function leave(): void {
    frames.pop();
    top = frames.at(-1);
    ended();
  }

  function ended(): void {
    reading = "nothing";
    if (top === undefined) expecting = sequence ? "value" : "nothing";
    else expecting = "comma-or-end";
  }

  function finishValue(chunk: string, from: number, to: number): void {
    const source = taking ? pieces + chunk.slice(from, to) : "";
    pieces = "";
    if (taking && source.length > maxElementLength) failTooBig(to);
    ended();
    if (taking) visit(source, place);
  }

  /** The chunk ends inside a taken value, key or number. */
  function keep(chunk: string, from: number, limit: number): void {
    pieces += chunk.slice(from);
    if (pieces.length > limit) failTooBig(chunk.length);
  }

  function failTooBig(at: number): never {
    return fail("too-big", "One JSON value, key or number is longer than is read", at);
  }

  /** Reads an object or array to its closing bracket. Returns the index after it, or the chunk's length. */
  function readComposite(chunk: string, from: number): number {
    const { length } = chunk;
    let at = from;
    let level = depth;
    let lines = 0;
    for (;;) {
      if (inString) {
        at = endOfString(chunk, at);
        if (at === length && inString) break;
      }
      let code = 0;
      while (at < length) {
        code = chunk.charCodeAt(at++);
        if (code === QUOTE) {
          inString = true;
          break;
        }
        const bracket = code | 32; // `[` and `{`, `]` and `}` differ by this bit
        if (bracket === OPEN_BRACE) {
          level++;
          if (level + frames.length > maxDepth) {
            line += lines;
            fail("unsafe", `This JSON is nested more than ${maxDepth} deep`, at);
          }
        } else if (bracket === CLOSE_BRACE) {
          level--;
          if (level === 0) {
            line += lines;
            finishValue(chunk, from, at);
            return at;
          }
        } else if (code === LF) lines++;
      }
      if (!inString) break;
    }
    depth = level;
    line += lines;
    if (taking) keep(chunk, from, maxElementLength);
    return length;
  }

  /**
   * From inside a string to after its closing quote (then `inString` is false) or to the chunk's end. Jumping with
   * indexOf halves the time of the whole scan on STIX, against looking at each character.
   */
  function endOfString(chunk: string, from: number): number {
    const { length } = chunk;
    let at = from;
    if (escaped && at < length) {
      escaped = false;
      at++;
    }
    for (;;) {
      const quote = chunk.indexOf('"', at);
      const end = quote === -1 ? length : quote;
      let slash = end;
      while (slash > at && chunk.charCodeAt(slash - 1) === BACKSLASH) slash--;
      const isEscaped = ((end - slash) & 1) === 1;
      if (quote === -1) {
        escaped = isEscaped;
        break;
      }
      at = quote + 1;
      if (!isEscaped) {
        inString = false;
        return at;
      }
    }
    return length;
  }

  function readString(chunk: string, from: number): number {
    let at = from;
    if (!inString) {
      inString = true;
      at++;
    }
    at = endOfString(chunk, at);
    if (inString) {
      if (taking) keep(chunk, from, maxElementLength);
    } else finishValue(chunk, from, at);
    return at;
  }

  function readKey(chunk: string, from: number): number {
    inString = true;
    const at = endOfString(chunk, from);
    if (inString) {
      keep(chunk, from, MAX_TOKEN_LENGTH);
      return at;
    }
    const source = `"${pieces}${chunk.slice(from, at)}`;
    pieces = "";
    if (source.length > MAX_TOKEN_LENGTH) failTooBig(at);
    key = source.includes("\\") ? String(parseElement(source, { line })) : source.slice(1, -1);
    reading = "nothing";
    expecting = "colon";
    return at;
  }

  function readScalar(chunk: string, from: number): number {
    let at = from;
    while (at < chunk.length && isScalarCode(chunk.charCodeAt(at))) at++;
    if (at === chunk.length) keep(chunk, from, MAX_TOKEN_LENGTH);
    else finishScalar(chunk, from, at);
    return at;
  }

  function finishScalar(chunk: string, from: number, to: number): void {
    const source = pieces + chunk.slice(from, to);
    if (source.length > MAX_TOKEN_LENGTH) failTooBig(to);
    if (!SCALAR.test(source)) fail("broken", "This JSON has a word that is no value", to);
    finishValue(chunk, from, to);
  }

  return {
    write(chunk: string): void {
      let at = 0;
      nextFeed = -1;
      while (at < chunk.length) {
        if (reading === "nothing") at = readStructure(chunk, at);
        else if (reading === "composite") at = readComposite(chunk, at);
        else if (reading === "string") at = readString(chunk, at);
        else if (reading === "key") at = readKey(chunk, at);
        else at = readScalar(chunk, at);
      }
      before += chunk.length;
    },
    end(): void {
      // Inside a container a number at the end is cut, not complete: `1` may be the beginning of `12`.
      if (reading === "scalar" && top === undefined) finishScalar("", 0, 0);
      if (sequence && top === undefined && reading === "nothing" && expecting === "value") return;
      if (expecting !== "nothing" || reading !== "nothing")
        fail("broken", before === 0 ? "This JSON is empty" : "This JSON ends before it is complete, cut", 0);
    },
  };
}

function feedFrom(chunk: string, at: number): number {
  const feed = chunk.indexOf("\n", at);
  return feed === -1 ? chunk.length : feed;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const RECORD_SEPARATOR = 30;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** Letters, digits, sign, point: what numbers, `true`, `false` and `null` are made of. */
function isScalarCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    code === 45 ||
    code === 43 ||
    code === 46 ||
    code === 69
  );
}

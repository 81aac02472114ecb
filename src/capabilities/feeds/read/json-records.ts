import { type PartInput, type RowSink, UnreadablePart } from "../format.ts";
import { headFirst } from "./head-first.ts";
import { createJsonSplitter, type JsonPlace, type JsonPlan, parseElement } from "./json-elements.ts";
import { isJsonObject, type JsonObject } from "./json-values.ts";
import { eachLine, MAX_LINE_LENGTH, readLines } from "./lines.ts";

/** Where the records of a format stand, besides a top-level array, one object alone, and a line each. */
export interface RecordPlaces {
  /** Members of the top-level object whose arrays hold the records: `{"data": [...]}`. */
  readonly wrapper?: RegExp | undefined;
  /** The top-level object maps keys to records or to arrays of them: `{"4711": [{...}]}`. */
  readonly isKeyed?: ((beginning: string) => boolean) | undefined;
}

export interface JsonRecord {
  /** 1-based: the line of JSON lines, else the record's place among all records of the part. */
  readonly row: number;
  readonly value: unknown;
  readonly source: string;
}

const BEGINNING = 64 * 1024;

/**
 * Reads the records of a JSON part one by one with flat memory; each is counted as a row. A line that is broken in
 * JSON lines is refused alone. A broken document is `UnreadablePart`, after the records before the fault.
 */
export async function readRecords(
  part: PartInput,
  places: RecordPlaces,
  sink: RowSink,
  visit: (record: JsonRecord) => void,
): Promise<void> {
  const { head, all } = await headFirst(part.text(), BEGINNING);
  const count = isLines(head, places)
    ? await readJsonLines(all, sink, visit)
    : await readDocument(all, head, places, sink, visit);
  if (count === 0)
    throw new UnreadablePart("no-indicators", "This JSON file holds no records. Hand in one that does.");
}

/** The first record in the beginning of a part, for recognition; `null` when none is complete there. */
export function firstRecord(beginning: string, places: RecordPlaces): JsonObject | null {
  if (!/^\s*[{[]/.test(beginning)) return null;
  let first: JsonObject | null = null;
  const take = (source: string): void => {
    if (first !== null) return;
    const value = tryParse(source);
    if (isJsonObject(value)) first = value;
  };
  if (isLines(beginning, places)) {
    eachLine(beginning, take);
    return first;
  }
  const { plan, sequence } = documentPlan(beginning, places);
  try {
    createJsonSplitter(plan, take, { sequence }).write(beginning);
  } catch (error) {
    if (!(error instanceof UnreadablePart)) throw error;
  }
  return first;
}

/** Whether each line is a document: one of the first ones is, and is no wrapper. */
function isLines(beginning: string, places: RecordPlaces): boolean {
  const trimmed = beginning.trimStart();
  if (!trimmed.startsWith("{")) return false;
  if (hasWrapper(trimmed, places) || places.isKeyed?.(trimmed) === true) return false;
  const lines: string[] = [];
  for (let at = 0; lines.length < 5 && at < trimmed.length; ) {
    const end = trimmed.indexOf("\n", at);
    lines.push(trimmed.slice(at, end === -1 ? trimmed.length : end).trim());
    at = end === -1 ? trimmed.length : end + 1;
  }
  return lines.some((line) => line.startsWith("{") && isJsonObject(tryParse(line)));
}

function hasWrapper(beginning: string, { wrapper }: RecordPlaces): boolean {
  if (wrapper === undefined) return false;
  for (const [, key] of beginning.matchAll(/"([^"\\]{1,60})"\s*:\s*\[\s*[{\]]/g)) {
    if (key !== undefined && wrapper.test(key)) return true;
  }
  return false;
}

function documentPlan(beginning: string, places: RecordPlaces): { plan: JsonPlan; sequence: boolean } {
  const trimmed = beginning.trimStart();
  if (trimmed.startsWith("[")) {
    return { plan: (path) => (path === "" ? "enter" : "take"), sequence: false };
  }
  if (places.isKeyed?.(trimmed) === true) {
    return { plan: (path, kind) => (path === "" || kind === "array" ? "enter" : "take"), sequence: false };
  }
  if (hasWrapper(trimmed, places)) {
    const isWrapper = (path: string): boolean => places.wrapper?.test(path) === true;
    const plan: JsonPlan = (path, kind) => {
      if (path === "" || (kind === "array" && isWrapper(path))) return "enter";
      return path.endsWith("/*") ? "take" : "skip";
    };
    return { plan, sequence: false };
  }
  return { plan: () => "take", sequence: true };
}

async function readDocument(
  text: AsyncIterable<string>,
  head: string,
  places: RecordPlaces,
  sink: RowSink,
  visit: (record: JsonRecord) => void,
): Promise<number> {
  const { plan, sequence } = documentPlan(head, places);
  let row = 0;
  const take = (source: string, place: JsonPlace): void => {
    const value = parseElement(source, place);
    row++;
    sink.row();
    visit({ row, value, source });
  };
  const splitter = createJsonSplitter(plan, take, { sequence });
  for await (const chunk of text) splitter.write(chunk);
  splitter.end();
  return row;
}

async function readJsonLines(
  text: AsyncIterable<string>,
  sink: RowSink,
  visit: (record: JsonRecord) => void,
): Promise<number> {
  let rows = 0;
  let parsed = 0;
  const refuse = (row: number, code: "bad-row" | "too-long", reason: string, raw: string): void => {
    sink.row();
    rows++;
    sink.refuse({ row, code, reason, raw: raw.slice(0, 4096) });
  };
  await readLines(text, {
    line(line, row) {
      if (line.trim() === "") return;
      const value = tooDeep(line) ? undefined : tryParse(line);
      if (value === undefined) {
        refuse(row, "bad-row", "This line is no complete JSON object. Write one per line.", line);
        return;
      }
      parsed++;
      rows++;
      sink.row();
      visit({ row, value, source: line });
    },
    tooLong(beginning, row) {
      refuse(row, "too-long", `This line is longer than ${MAX_LINE_LENGTH} characters.`, beginning);
    },
  });
  if (rows > 0 && parsed === 0) throw new UnreadablePart("broken", "No line of this file is complete JSON.");
  return rows;
}

/** JSON.parse survives depth, but what reads its result may not. Brackets that directly follow one another count. */
function tooDeep(line: string): boolean {
  return /(?:[[{]["\w\s:]*){200}/.test(line);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object as JSON gives it: nothing is known about its members yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member as text: a string without blanks around it, or a number as written. Empty and other values: `undefined`. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text === "" ? undefined : text;
}

/** The member as a number, also when it is written as a string. */
export function numberOf(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** The strings of an array member; a single string counts as an array of one. */
export function textsOf(object: JsonObject, key: string): readonly string[] {
  const value = object[key];
  if (typeof value === "string") return value === "" ? NONE : [value];
  if (!Array.isArray(value)) return NONE;
  return value.every(isText) ? value : value.filter(isText);
}

/** The objects of an array member; a single object counts as an array of one. */
export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  if (Array.isArray(value)) return value.filter(isJsonObject);
  return isJsonObject(value) ? [value] : NONE;
}

/** The member as an instant in milliseconds since the epoch, UTC. */
export function instantOf(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  if (typeof value === "string") return parseInstant(value);
  return typeof value === "number" ? fromEpoch(value) : undefined;
}

/**
 * A date of a machine format: ISO 8601 or RFC 3339 with `T` or a blank, with or without time, zone or fraction;
 * `... UTC`; seconds or milliseconds since the epoch. Without a zone it is UTC. `undefined` when it is none of these:
 * an unreadable date must not become today.
 */
export function parseInstant(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return EPOCH.test(text) ? fromEpoch(Number(text)) : undefined;
  const [, date, time, zone] = parts;
  const offset =
    zone === undefined || /^(?:Z|UTC|GMT)$/i.test(zone)
      ? "Z"
      : zone.replace(/^([+-]\d\d):?(\d\d)?$/, fullOffset);
  const instant = Date.parse(`${date}T${time === undefined ? "00:00:00" : time.replace(",", ".")}${offset}`);
  return Number.isNaN(instant) ? undefined : instant;
}

const ISO =
  /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?\s*$/i;
const EPOCH = /^\s*\d{9,13}(?:\.\d{1,6})?\s*$/;

function fullOffset(_whole: string, hours: string, minutes: string | undefined): string {
  return `${hours}:${minutes ?? "00"}`;
}

/** Seconds up to the year 2286, milliseconds above. Zero is how formats write "no date". */
function fromEpoch(value: number): number | undefined {
  if (value <= 0 || !Number.isFinite(value)) return undefined;
  return Math.round(value < 1e10 ? value * 1000 : value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

const NONE: readonly never[] = [];

import { parseDate } from "./dates.ts";

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

/** The member as an instant in milliseconds since the epoch, UTC: any date `parseDate` reads, or an epoch number. */
export function instantOf(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  if (typeof value === "string") return parseDate(value) ?? undefined;
  return typeof value === "number" ? fromEpoch(value) : undefined;
}

/** Seconds up to the year 2286, milliseconds above. Zero is how formats write "no date". */
function fromEpoch(value: number): number | undefined {
  if (value <= 0 || !Number.isFinite(value)) return undefined;
  return Math.round(value < 1e10 ? value * 1000 : value);
}

/**
 * A copy for what stays after its object. Texts of large documents are slices, and a slice keeps all the text around it
 * alive: 64 KiB for one name.
 */
export function copyOfText(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

const NONE: readonly never[] = [];

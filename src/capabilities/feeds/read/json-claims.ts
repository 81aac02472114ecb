import type { Claim, RowSink } from "../format.ts";
import { tlpMarking } from "./cells.ts";
import type { JsonRecord } from "./json-records.ts";
import { isJsonObject, type JsonObject, textOf } from "./json-values.ts";

/** An observable that a record names, before what is common to its claims. */
export type Named = Pick<Claim, "value"> &
  Partial<Pick<Claim, "type" | "role" | "port" | "country" | "status">>;

/** Gives one claim per observable of a record, or refuses the record as `empty`. What is `undefined` is not said. */
export function giveClaims(
  record: JsonRecord,
  named: readonly Named[],
  common: Omit<Partial<Claim>, "row" | "value">,
  sink: RowSink,
): void {
  if (named.length === 0) {
    refuseRecord(record, "empty", "This record names no indicator of a kind that is fused.", sink);
    return;
  }
  for (const observable of named) sink.claim({ ...common, ...observable, row: record.row });
}

export function refuseRecord(
  { row, source }: JsonRecord,
  code: "empty" | "unsupported" | "withdrawn" | "bad-row",
  reason: string,
  sink: RowSink,
): void {
  sink.refuse({ row, code, reason, raw: source.slice(0, 4096) });
}

/** The record as an object; anything else is refused as `bad-row` and `null`. */
export function objectOfRecord(record: JsonRecord, sink: RowSink): JsonObject | null {
  if (isJsonObject(record.value)) return record.value;
  refuseRecord(record, "bad-row", "This record is no JSON object.", sink);
  return null;
}

/** File hashes under the given keys, each an observable of its own; a file is `malware` in any record of threats. */
export function fileHashes(
  object: JsonObject,
  keys: Readonly<Partial<Record<"file-md5" | "file-sha1" | "file-sha256" | "file-sha512", string>>>,
): Named[] {
  const named: Named[] = [];
  for (const type of HASH_TYPES) {
    const key = keys[type];
    const value = key === undefined ? undefined : textOf(object, key);
    if (value !== undefined) named.push({ value, type, role: "malware" });
  }
  return named;
}

const HASH_TYPES = ["file-sha256", "file-sha1", "file-md5", "file-sha512"] as const;

/** A TLP word as the markings of a claim. */
export function tlpMarkings(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : [tlpMarking(text)];
}

/** An address with its type by the colon. */
export function address(value: string): Named {
  return { value, type: value.includes(":") ? "ipv6-addr" : "ipv4-addr" };
}

/** Text as a list of one, for families. */
export function listOf(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : [text];
}

import { defineFeedFormat, type ReadOptions, type RowSink, UnreadablePart } from "../../format.ts";
import { createClaimer } from "../../read/claim-columns.ts";
import { inferFields, OBSERVABLE_FIELDS } from "../../read/field-names.ts";
import { refuseRecord } from "../../read/json-claims.ts";
import { firstRecord, type JsonRecord, type RecordPlaces, readRecords } from "../../read/json-records.ts";
import { isJsonObject, type JsonObject } from "../../read/json-values.ts";
import { planTable } from "../../read/table-plan.ts";

const PLACES: RecordPlaces = {
  wrapper: /^(?:data|results?|items|records|indicators|iocs|objects|entries|events|urls|list|hits|feed)$/i,
};

/** Records looked at before the fields are decided. */
const LOOKED_AT = 200;
/** Different keys of one file beyond which it is no table. */
const MAX_KEYS = 500;

/**
 * JSON of no known dialect: an object per line, an array of objects or of plain values, or such an array in a member
 * named `data`, `results` and the like. Keys are read as the column names of a table would be (nested ones dotted:
 * `ioc.value`), with the mapping of the source first.
 */
export default defineFeedFormat({
  id: "json-lines",
  title: "JSON lines and JSON arrays of any kind",
  recognise(head) {
    if (!/^\s*[{[]/.test(head.text)) return 0;
    const record = firstRecord(head.text, PLACES);
    if (record === null) return 20;
    const fields = inferFields(Object.keys(flatten(record)));
    return OBSERVABLE_FIELDS.some((field) => fields.has(field)) ? 55 : 25;
  },
  async read(part, sink, options) {
    const waiting: JsonRecord[] = [];
    let read: ((record: JsonRecord) => void) | null = null;
    const rows = openRowsLate(sink);
    try {
      await readRecords(part, PLACES, rows.sink, (record) => {
        rows.keepWaiting();
        if (read !== null) read(record);
        else if (waiting.push(record) >= LOOKED_AT) read = start(waiting, options, sink);
      });
    } finally {
      // Also of a short file that proves broken, the records before the fault are read.
      if (read === null && waiting.length > 0) start(waiting, options, sink);
    }
  },
});

/** The first records wait until the keys are understood; a row is opened when its record is read, not when it is met. */
function openRowsLate(sink: RowSink): { readonly sink: RowSink; keepWaiting(): void } {
  let isMet = false;
  return {
    keepWaiting() {
      isMet = false;
    },
    sink: {
      row() {
        isMet = true;
      },
      claim: (claim) => sink.claim(claim),
      refuse(refusal) {
        if (isMet) sink.row();
        isMet = false;
        sink.refuse(refusal);
      },
    },
  };
}

/** Decides which key holds what, reads the records that waited for it, and returns what reads the others. */
function start(waiting: JsonRecord[], options: ReadOptions, sink: RowSink): (record: JsonRecord) => void {
  const rows = waiting.map(({ value }) => rowOf(value));
  const names = [...new Set(rows.flatMap((row) => (row === null ? [] : Object.keys(row))))];
  if (names.length > MAX_KEYS) throw noTable();
  const samples = rows.flatMap((row) => (row === null ? [] : [cells(row, names)]));
  // A dotted key would look like a host name, and the names like data.
  const header = names.map((name) => name.replaceAll(".", " "));
  const plan = planTable([header, ...samples], options);
  if (plan?.hasHeader !== true) throw noTable();
  const claim = createClaimer(plan.columns, sink);
  const read = (record: JsonRecord): void => {
    sink.row();
    const row = rowOf(record.value);
    if (row === null) refuseRecord(record, "bad-row", "This record is neither an object nor a value.", sink);
    else claim(cells(row, names), record.row);
  };
  for (const record of waiting.splice(0)) read(record);
  return read;
}

function noTable(): UnreadablePart {
  return new UnreadablePart(
    "no-indicators",
    "No key of these JSON records is known to hold indicators. Declare with the delivery which key holds what.",
  );
}

/** A record as a flat object; a plain value stands alone under `value`. */
function rowOf(value: unknown): JsonObject | null {
  if (isJsonObject(value)) return flatten(value);
  return typeof value === "string" ? { value } : null;
}

function cells(row: JsonObject, names: readonly string[]): string[] {
  return names.map((name) => cellOf(row[name]));
}

/** A list becomes its first entry: of several indicators in one cell only one could be claimed anyway. */
function cellOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) && typeof value[0] === "string" ? value[0] : "";
}

/** Nested keys as dotted ones, three levels deep. */
function flatten(object: JsonObject, prefix = "", depth = 0): JsonObject {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (isJsonObject(value) && depth < 3) Object.assign(flat, flatten(value, `${prefix}${key}.`, depth + 1));
    else flat[prefix + key] = value;
  }
  return flat;
}

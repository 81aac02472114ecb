import pg from "pg";

const INT8 = 20;
/** `_text`: the driver knows how to split any array whose items it need not understand. */
const TEXT_ARRAY: number = 1009;
const INT8_ARRAY = 1016;
const DATE = 1082;
const DATE_ARRAY = 1182;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

/**
 * How values of the database reach us; given to each connection, the driver's global table stays untouched.
 * - `int8` (counts above all): number; RangeError beyond 2^53 rather than a silently wrong figure.
 * - `date`: the text `2026-11-01`. As a Date it would shift by a day in half the world's time zones.
 * - `timestamptz`: Date, the same as is accepted for writing. `infinity` is refused, Date cannot say it.
 * - `numeric`: text, because it may exceed a double. `json`: parsed.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    return (
      (format === undefined || format === "text" ? parsers.get(oid) : undefined) ?? driverParser(oid, format)
    );
  },
};

/** The driver's own reader of a type. Its declaration says `any`; what it gives is checked where it is used. */
function driverParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return pg.types.getTypeParser(oid, format) as (value: string) => unknown; // by the driver's documentation
}

const parseTextArray = driverParser(TEXT_ARRAY, "text");

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, safeInteger],
  [DATE, String],
  [TIMESTAMPTZ, instant],
  [INT8_ARRAY, arrayOf(safeInteger)],
  [DATE_ARRAY, arrayOf(String)],
  [TIMESTAMPTZ_ARRAY, arrayOf(instant)],
]);

function arrayOf(parse: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    const items: unknown = parseTextArray(text);
    if (!Array.isArray(items)) throw new TypeError("not an array");
    return items.map((item: unknown) => (typeof item === "string" ? parse(item) : item));
  };
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${text} is beyond what a number holds exactly; select it as text`);
  return value;
}

const parseTimestamp = driverParser(TIMESTAMPTZ, "text");

function instant(text: string): Date {
  const value: unknown = parseTimestamp(text);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw new RangeError(`${text} is not an instant that a Date can hold`);
}

import type { RowSink } from "../format.ts";
import { createDelimitedReader, readDelimited } from "./delimited.ts";

export interface TableShape {
  readonly separator: string;
  /** How many columns a full record has; shorter records, and longer ones whose surplus says something, are refused. */
  readonly width: number;
  /**
   * Fewest columns of a record where a report has grown and older rows lack its last columns. Must be one more than
   * the columns that are read, so that a value cut by the end of the file is never taken for a whole one.
   */
  readonly leastWidth?: number | undefined;
  /** Whether the first record (not a comment) names the columns. */
  readonly hasHeader: boolean;
}

/**
 * Reads the records of a table into `take`, counts each as a row, and refuses those with a wrong number of columns.
 * Lines that begin with `#` are comments; the fields given to `take` are reused for the next record.
 */
export async function readTable(
  text: AsyncIterable<string>,
  shape: TableShape,
  sink: RowSink,
  take: (fields: readonly string[], line: number) => void,
): Promise<void> {
  const { width } = shape;
  const least = Math.min(width, shape.leastWidth ?? width);
  let skip = shape.hasHeader;
  await readDelimited(
    text,
    { separator: shape.separator, comment: "#" },
    {
      record(fields, line) {
        if (skip) {
          skip = false;
          return;
        }
        if (fields.length === 1 && fields[0]?.trim() === "") return;
        sink.row();
        if (fields.length < least || (fields.length > width && hasText(fields, width))) {
          const reason = `This row has ${fields.length} columns, the table has ${width}. Put values that contain the separator in quotation marks.`;
          sink.refuse({
            row: line,
            code: "bad-row",
            reason,
            raw: fields.join(shape.separator).slice(0, 4096),
          });
          return;
        }
        take(fields, line);
      },
      refused(code, reason, raw, line) {
        sink.row();
        sink.refuse({ row: line, code, reason, raw: raw.slice(0, 4096) });
      },
    },
  );
}

/** The header of a comma-separated text: its names in lower case, and where they stand. */
export interface Header {
  readonly names: readonly string[];
  /** "comment": in the last comment line before the first record, as abuse.ch writes it. */
  readonly place: "record" | "comment";
}

/**
 * Finds the header that satisfies `isHeader`: the first record, or a comment line before it. Looks at the first
 * 16 KiB. `null` when there is none.
 */
export function findHeader(text: string, isHeader: (names: readonly string[]) => boolean): Header | null {
  const state: { found: Header | null; records: number } = { found: null, records: 0 };
  const reader = createDelimitedReader(
    { separator: ",", comment: "#" },
    {
      record(fields) {
        state.records++;
        if (state.records > 1 || state.found !== null) return;
        const names = lowered(fields);
        if (isHeader(names)) state.found = { names, place: "record" };
      },
      comment(comment) {
        if (state.records > 0) return;
        const names = lowered(comment.replace(/^#+/, "").replaceAll('"', "").split(","));
        if (isHeader(names)) state.found = { names, place: "comment" };
      },
      refused() {},
    },
  );
  reader.write(text.slice(0, 16 * 1024));
  if (text.length <= 16 * 1024) reader.end();
  return state.found;
}

function lowered(names: readonly string[]): string[] {
  return names.map((name) => name.trim().toLowerCase());
}

function hasText(fields: readonly string[], from: number): boolean {
  for (let index = from; index < fields.length; index++) if (fields[index]?.trim() !== "") return true;
  return false;
}

import { createDelimitedReader } from "./delimited.ts";

/** The separator of a table and its first records, comments left out. */
export interface Sniffed {
  readonly separator: string;
  /** At most 200 records; the line of each is in `lines`. */
  readonly records: readonly (readonly string[])[];
}

/** More candidates would find tables in prose. The order decides between equals: a semicolon rarely separates by chance. */
const SEPARATORS = ["\t", ";", "|", ","] as const;
const SAMPLE_RECORDS = 200;

/**
 * Finds the separator of delimited text from its beginning: the one by which most records have the same number of
 * columns, at least two. `complete` says that `text` is all there is; otherwise its last line is left out. Returns
 * `null` for text that is no table.
 */
export function sniffTable(text: string, complete: boolean): Sniffed | null {
  let best: Sniffed | null = null;
  let bestShare = 0.6;
  for (const separator of SEPARATORS) {
    if (!text.includes(separator)) continue;
    const records = firstRecords(text, separator, complete);
    const share = shareOfCommonWidth(records);
    if (share > bestShare) {
      best = { separator, records };
      bestShare = share;
    }
  }
  return best;
}

/** The first records (at most 200) of `text` under one separator; `#` lines are comments. */
export function firstRecords(text: string, separator: string, complete: boolean): string[][] {
  const records: string[][] = [];
  const reader = createDelimitedReader(
    { separator, comment: "#" },
    {
      record: (fields) => {
        if (records.length < SAMPLE_RECORDS) records.push([...fields]);
      },
      refused: () => {},
    },
  );
  const end = Math.min(text.length, 32 * 1024);
  reader.write(text.slice(0, end));
  if (complete && end === text.length) reader.end();
  return records;
}

function shareOfCommonWidth(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of records) {
    if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  return records.length === 0 ? 0 : Math.max(0, ...counts.values()) / records.length;
}

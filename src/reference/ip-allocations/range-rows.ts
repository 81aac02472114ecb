/** Rows as a file gave them, before overlaps are settled: inclusive ranges of addresses of one family, in columns. */
export interface RangeRows {
  /** 32-bit words of an address: 1 for IPv4, 4 for IPv6. */
  readonly words: 1 | 4;
  count: number;
  /** `words` columns of the first addresses, then `words` columns of the last addresses. */
  columns: Uint32Array[];
  /** 1-based position in the list of codes; 0 is "no country". */
  codes: Uint8Array;
}

/** An empty set of rows with room for `capacity`; it grows by itself. */
export function emptyRows(words: 1 | 4, capacity: number): RangeRows {
  const room = Math.max(16, Math.ceil(capacity));
  return {
    words,
    count: 0,
    columns: Array.from({ length: words * 2 }, () => new Uint32Array(room)),
    codes: new Uint8Array(room),
  };
}

/**
 * Appends the range whose bounds lie in `first` and `last`. Both may be longer than the rows have words: the last words
 * count, so that one buffer of four serves both families and no view is made for a row.
 */
export function addRange(rows: RangeRows, first: Uint32Array, last: Uint32Array, code: number): void {
  if (rows.count === rows.codes.length) grow(rows);
  const { words, columns } = rows;
  const at = rows.count++;
  const skip = first.length - words;
  for (let word = 0; word < words; word++) {
    const start = columns[word];
    const end = columns[word + words];
    if (start !== undefined) start[at] = first[skip + word] ?? 0;
    if (end !== undefined) end[at] = last[skip + word] ?? 0;
  }
  rows.codes[at] = code;
}

/** Interns country codes as small numbers, so that a row of a table costs one byte for its country. */
export class CodeList {
  /** Position 0 is the empty code: no country. */
  readonly codes: string[] = [""];
  private readonly positions = new Uint8Array(26 * 26);

  /** Number of the code spelt by two capital letters (char codes), or -1 when they are not letters. */
  numberOf(first: number, second: number): number {
    const a = (first & 0xdf) - 65;
    const b = (second & 0xdf) - 65;
    if (a < 0 || a > 25 || b < 0 || b > 25) return -1;
    const slot = a * 26 + b;
    const known = this.positions[slot] ?? 0;
    if (known > 0) return known;
    // "ZZ" is how registries write "unknown": a row that says nothing.
    if (a === 25 && b === 25) return 0;
    // The table keeps one byte per row; ISO 3166-1 has 249 codes, so a list beyond 255 is not a list of countries.
    if (this.codes.length > 255) return -1;
    this.codes.push(String.fromCharCode(a + 65, b + 65));
    this.positions[slot] = this.codes.length - 1;
    return this.codes.length - 1;
  }
}

function grow(rows: RangeRows): void {
  const room = rows.codes.length * 2;
  rows.columns = rows.columns.map((column) => {
    const wider = new Uint32Array(room);
    wider.set(column);
    return wider;
  });
  const codes = new Uint8Array(room);
  codes.set(rows.codes);
  rows.codes = codes;
}

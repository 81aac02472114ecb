import type { RangeRows } from "./range-rows.ts";

/**
 * A family of addresses cut into stretches: stretch i runs from `starts[...][i]` to the address before the next
 * start, and all of it has the country `codes[i]` (0 = none). The first stretch starts at zero.
 */
export interface Stretches {
  readonly words: 1 | 4;
  readonly starts: readonly Uint32Array[];
  readonly codes: Uint8Array;
}

/**
 * Settles the rows of a table into stretches. Where ranges overlap the narrower one holds, because a smaller
 * assignment is made inside a larger one and knows better; of two equal ranges the later row holds.
 * Registries do publish such overlaps (about two rows in a hundred), so they are not an error.
 */
export function flatten(rows: RangeRows): Stretches {
  const order = sortedByStart(rows);
  const out = new StretchWriter(rows.words, rows.count * 2 + 2);
  let at = 0;
  while (at < order.length) {
    const from = at;
    const highest = order[at++] ?? 0;
    let reach = highest;
    while (at < order.length && compareStartToEnd(rows, order[at] ?? 0, reach) <= 0) {
      const next = order[at++] ?? 0;
      if (compareEnds(rows, next, reach) > 0) reach = next;
    }
    if (at - from === 1) out.range(rows, highest);
    else settleOverlap(rows, order.subarray(from, at), out);
  }
  return out.finish();
}

function sortedByStart(rows: RangeRows): Uint32Array {
  const order = new Uint32Array(rows.count);
  let sorted = true;
  for (let row = 0; row < rows.count; row++) {
    order[row] = row;
    if (row > 0 && compareStarts(rows, row - 1, row) > 0) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => compareStarts(rows, a, b) || a - b);
}

/** One knot of overlapping ranges: walk every bound in order and let the narrowest open range speak. */
function settleOverlap(rows: RangeRows, knot: Uint32Array, out: StretchWriter): void {
  const ranges = Array.from(knot, (row) => ({ row, first: startOf(rows, row), last: endOf(rows, row) }));
  const bounds = [...new Set(ranges.flatMap((range) => [range.first, range.last + 1n]))].sort(ascending);
  const open = new Narrowest();
  let next = 0;
  for (const [index, bound] of bounds.entries()) {
    for (let range = ranges[next]; range !== undefined && range.first === bound; range = ranges[++next])
      open.add(range);
    const holder = open.at(bound);
    const until = bounds[index + 1];
    if (holder !== undefined && until !== undefined) out.stretch(bound, until, rows.codes[holder.row] ?? 0);
  }
}

interface Range {
  readonly row: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** A heap of open ranges, the narrowest on top; closed ones are thrown away when they come up. */
class Narrowest {
  private readonly heap: Range[] = [];

  add(range: Range): void {
    const { heap } = this;
    heap.push(range);
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.swapUnlessOrdered(parent, child)) break;
      child = parent;
    }
  }

  at(address: bigint): Range | undefined {
    while (this.heap.length > 0 && (this.heap[0]?.last ?? 0n) < address) this.drop();
    return this.heap[0];
  }

  private drop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let parent = 0; ; ) {
      const left = parent * 2 + 1;
      const right = left + 1;
      const child = right < heap.length && this.before(right, left) ? right : left;
      if (child >= heap.length || !this.swapUnlessOrdered(parent, child)) break;
      parent = child;
    }
  }

  private swapUnlessOrdered(parent: number, child: number): boolean {
    const above = this.heap[parent];
    const below = this.heap[child];
    if (above === undefined || below === undefined || !this.before(child, parent)) return false;
    this.heap[parent] = below;
    this.heap[child] = above;
    return true;
  }

  private before(a: number, b: number): boolean {
    const left = this.heap[a];
    const right = this.heap[b];
    if (left === undefined || right === undefined) return false;
    const difference = left.last - left.first - (right.last - right.first);
    return difference === 0n ? left.row > right.row : difference < 0n;
  }
}

/** Writes stretches in ascending order, fills gaps with "no country" and joins neighbours of one country. */
class StretchWriter {
  private readonly words: 1 | 4;
  private readonly starts: Uint32Array[];
  private readonly codes: Uint8Array;
  private count = 1;
  /** First address not yet spoken for; `full` when there is none left. */
  private readonly free: Uint32Array;
  private full = false;

  /** `room`: a range has two bounds, so n ranges make at most 2n + 1 stretches. */
  constructor(words: 1 | 4, room: number) {
    this.words = words;
    this.starts = Array.from({ length: words }, () => new Uint32Array(room));
    this.codes = new Uint8Array(room);
    this.free = new Uint32Array(words);
  }

  range(rows: RangeRows, row: number): void {
    const { free, words } = this;
    const { columns } = rows;
    let gap = false;
    for (let word = 0; word < words; word++) {
      if ((columns[word]?.[row] ?? 0) !== free[word]) gap = true;
    }
    if (gap) {
      this.open(0);
      for (let word = 0; word < words; word++) free[word] = columns[word]?.[row] ?? 0;
    }
    this.open(rows.codes[row] ?? 0);
    let carry = 1;
    for (let word = words - 1; word >= 0; word--) {
      const value = (columns[word + words]?.[row] ?? 0) + carry;
      free[word] = value;
      carry = value > 0xffffffff ? 1 : 0;
    }
    this.full = carry === 1;
  }

  stretch(from: bigint, until: bigint, code: number): void {
    if (from !== toBigInt(this.free)) this.open(0);
    fromBigInt(from, this.free);
    this.open(code);
    fromBigInt(until, this.free);
    this.full = until >> BigInt(32 * this.words) > 0n;
  }

  finish(): Stretches {
    if (!this.full) this.open(0);
    const { words, count } = this;
    return {
      words,
      starts: this.starts.map((column) => shared32(column.subarray(0, count))),
      codes: shared8(this.codes.subarray(0, count)),
    };
  }

  private open(code: number): void {
    const { starts, free, words, codes } = this;
    const at = this.count - 1;
    if (codes[at] === code) return;
    // A stretch opened at the very address of the one before replaces it: only the empty first one can be met there.
    const replaces = at === 0 && starts.every((column, word) => column[0] === free[word]);
    const place = replaces ? at : this.count++;
    for (let word = 0; word < words; word++) {
      const column = starts[word];
      if (column !== undefined) column[place] = free[word] ?? 0;
    }
    codes[place] = code;
  }
}

// Shared memory, so that worker threads look up in one copy of a table instead of loading their own.
function shared32(column: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}

function shared8(column: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}

function compareStarts(rows: RangeRows, a: number, b: number): number {
  return compare(rows, 0, a, 0, b);
}

function compareEnds(rows: RangeRows, a: number, b: number): number {
  return compare(rows, rows.words, a, rows.words, b);
}

function compareStartToEnd(rows: RangeRows, start: number, end: number): number {
  return compare(rows, 0, start, rows.words, end);
}

function compare(rows: RangeRows, columnA: number, a: number, columnB: number, b: number): number {
  const { columns, words } = rows;
  // All there is of IPv4, and mostly enough of IPv6.
  let difference = (columns[columnA]?.[a] ?? 0) - (columns[columnB]?.[b] ?? 0);
  for (let word = 1; difference === 0 && word < words; word++)
    difference = (columns[columnA + word]?.[a] ?? 0) - (columns[columnB + word]?.[b] ?? 0);
  return difference;
}

function startOf(rows: RangeRows, row: number): bigint {
  return toBigInt(Uint32Array.from(rows.columns.slice(0, rows.words), (column) => column[row] ?? 0));
}

function endOf(rows: RangeRows, row: number): bigint {
  return toBigInt(Uint32Array.from(rows.columns.slice(rows.words), (column) => column[row] ?? 0));
}

function toBigInt(words: Uint32Array): bigint {
  return words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

function fromBigInt(value: bigint, words: Uint32Array): void {
  for (let word = words.length - 1, rest = value; word >= 0; word--, rest >>= 32n)
    words[word] = Number(rest & 0xffffffffn);
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Memory that two threads can see at once. */
export type SharedBuffer = Buffer<SharedArrayBuffer>;

export function sharedBuffer(sizeBytes: number): SharedBuffer {
  return Buffer.from(new SharedArrayBuffer(sizeBytes));
}

/**
 * Writes the tuples of a binary COPY file into growing shared memory, because one thread makes them and another sends
 * them: `row(n)`, then n fields in the order of the columns, for each row; `take()` gives what is there and starts
 * anew. The sender chooses among the rows and puts `COPY_HEADER` before and `COPY_TRAILER` behind them.
 * The types must be the columns' own (`int4` into an `integer`): the server checks lengths, not meanings.
 * A method per type and no objects per field: a million rows of ten fields take well under a second.
 */
export class BinaryRowEncoder {
  #bytes: SharedBuffer;
  #at = 0;

  /** @param memory where to write; left for larger memory when it is full */
  constructor(memory: SharedBuffer) {
    this.#bytes = memory;
  }

  /** Bytes waiting to be taken. */
  get sizeBytes(): number {
    return this.#at;
  }

  /** Begins a row of `fields` columns. */
  row(fields: number): void {
    this.#room(2);
    this.#writeInt16(fields);
  }

  null(): void {
    this.#room(4);
    this.#writeInt32(-1);
  }

  int2(value: number): void {
    this.#room(6);
    this.#writeInt32(2);
    this.#writeInt16(value);
  }

  int4(value: number): void {
    this.#room(8);
    this.#writeInt32(4);
    this.#writeInt32(value);
  }

  /** A whole number up to 2^53, or any bigint of 64 bits. */
  int8(value: number | bigint): void {
    this.#room(12);
    this.#writeInt32(8);
    if (typeof value === "number") this.#writeInt64(value);
    else this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  /** Fixed bytes given as one character each (latin1): the cheapest form in which a hash comes. For uuid and int8. */
  fixed(latin1: string): void {
    const size = latin1.length;
    this.#room(4 + size);
    this.#writeInt32(size);
    const bytes = this.#bytes;
    for (let i = 0; i < size; i++) bytes[this.#at + i] = latin1.charCodeAt(i);
    this.#at += size;
  }

  /** Milliseconds since the epoch; parts of a millisecond are kept to the microsecond. */
  timestamptz(epochMs: number): void {
    this.#room(12);
    this.#writeInt32(8);
    this.#writeInt64(Math.round((epochMs - POSTGRES_EPOCH_MS) * 1000));
  }

  /** Also for `varchar`, `json` and enumerations. RangeError for a NUL character, which PostgreSQL cannot hold. */
  text(value: string): void {
    this.#room(4 + value.length * 3);
    this.#writeText(value);
  }

  /** `text[]`; an empty array is stored as one. */
  textArray(values: readonly string[]): void {
    this.#room(24);
    const lengthAt = this.#at;
    this.#at += 4;
    this.#writeInt32(values.length === 0 ? 0 : 1);
    this.#writeInt32(0);
    this.#writeInt32(TEXT_OID);
    if (values.length > 0) {
      this.#writeInt32(values.length);
      this.#writeInt32(1);
      for (const value of values) {
        this.#room(4 + value.length * 3);
        this.#writeText(value);
      }
    }
    this.#bytes.writeInt32BE(this.#at - lengthAt - 4, lengthAt);
  }

  /** What stands from one place to another, as a view that the next row may outdate. */
  written(from: number, to: number): Buffer {
    return this.#bytes.subarray(from, to);
  }

  /** Puts bytes over what was written, for a field whose value depends on those behind it. */
  overwrite(at: number, source: Uint8Array, from: number, size: number): void {
    for (let i = 0; i < size; i++) this.#bytes[at + i] = source[from + i] ?? 0;
  }

  /**
   * What was written since the last taking; whole rows when called between rows. The memory is the caller's to keep.
   * @param next what to write into from now on
   */
  take(next: SharedBuffer): SharedBuffer {
    const taken = this.#bytes.subarray(0, this.#at);
    this.#bytes = next;
    this.#at = 0;
    return taken;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = sharedBuffer(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  #writeInt16(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at++] = value >> 8;
    bytes[this.#at++] = value;
  }

  #writeInt32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >> 24;
    bytes[at + 1] = value >> 16;
    bytes[at + 2] = value >> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  #writeInt64(value: number): void {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`not a whole number that can be kept exactly: ${value}`);
    this.#writeInt32(Math.floor(value / 0x1_0000_0000));
    this.#writeInt32(value | 0);
  }

  /** Room for three bytes per unit was made. Most text is ASCII, and copying it here beats a call into the runtime. */
  #writeText(value: string): void {
    const bytes = this.#bytes;
    const start = this.#at + 4;
    const length = value.length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code === 0) throw new RangeError("text with a NUL character cannot be stored");
      if (code > 0x7f) {
        this.#writeUtf8(value, i);
        return;
      }
      bytes[start + i] = code;
    }
    this.#writeInt32(length);
    this.#at = start + length;
  }

  #writeUtf8(value: string, asciiLength: number): void {
    if (value.includes("\0", asciiLength)) throw new RangeError("text with a NUL character cannot be stored");
    const start = this.#at + 4;
    const written = this.#bytes.write(value, start, "utf8");
    this.#writeInt32(written);
    this.#at = start + written;
  }
}

/** Signature, flags, length of the header's extension. */
export const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");

/** A field count of -1 ends the file. */
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const TEXT_OID = 25;

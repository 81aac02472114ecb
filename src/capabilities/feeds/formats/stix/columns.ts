/** A growing column of 32-bit integers, all 0 until set: a million entries cost 4 MB where an array of objects costs 50. */
export class IntegerColumn {
  #values = new Int32Array(256);

  get(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Int32Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}

/** A growing column of instants (milliseconds), `undefined` until set. */
export class InstantColumn {
  #values = new Float64Array(0);

  get(index: number): number | undefined {
    const value = this.#values[index];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(256, index + 1, this.#values.length * 2)).fill(Number.NaN);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}

/**
 * Numbers the ids of a bundle 1, 2, 3 ... and finds them again, without keeping their text: 64 bits of hash each, so
 * that a million ids cost about 16 MB. Two ids of one bundle that share all 64 bits (once in a hundred million bundles
 * of a million ids) would share their labels.
 */
export class IdNumbers {
  readonly #high = new IntegerColumn();
  readonly #low = new IntegerColumn();
  #slots = new Int32Array(1024);
  #count = 0;

  /** The number of an id, 0 when it was never numbered. */
  find(id: string): number {
    return this.#slots[this.#slotOf(id)] ?? 0;
  }

  number(id: string): number {
    const slot = this.#slotOf(id);
    const known = this.#slots[slot];
    if (known !== undefined && known !== 0) return known;
    this.#count++;
    this.#high.set(this.#count, hashed.high);
    this.#low.set(this.#count, hashed.low);
    this.#slots[slot] = this.#count;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return this.#count;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  #slotOf(id: string): number {
    hash(id);
    const mask = this.#slots.length - 1;
    let slot = hashed.low & mask;
    for (;;) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      if (this.#low.get(number) === hashed.low && this.#high.get(number) === hashed.high) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (let number = 1; number <= this.#count; number++) {
      let slot = this.#low.get(number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** Result of `hash`, reused: a million calls must not leave a million objects. */
const hashed = { high: 0, low: 0 };

/**
 * Two independently seeded 32-bit multiplicative hashes over pairs of characters (half the steps of single ones, and a
 * step costs more than its arithmetic). Not secret: a sender fools only himself.
 */
function hash(text: string): void {
  const { length } = text;
  // Of an odd length the first character stands alone: reading beyond the end would cost more than all the rest.
  const first = (length & 1) === 0 ? 0 : text.charCodeAt(0);
  let high = 0x2545f491 ^ length;
  let low = 0x41c6ce57 ^ first;
  for (let at = length & 1; at < length; at += 2) {
    const pair = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    high = Math.imul(high ^ pair, 0x9e3779b1);
    high ^= high >>> 15;
    low = Math.imul(low ^ pair, 0x5f356495);
    low ^= low >>> 13;
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  hashed.high = high | 0;
  hashed.low = low | 0;
}

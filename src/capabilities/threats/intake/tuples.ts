import { COPY_HEADER, COPY_TRAILER } from "#platform/postgres/binary-rows.ts";

/**
 * A binary COPY file of probe tuples: the place, then key columns of fixed widths.
 * @param keys the key columns of all places, back to back
 * @param widths bytes of each key column, e.g. [16, 8] for (uuid, bigint)
 */
export function probeTuples(keys: Uint8Array, widths: readonly number[], count: number): Buffer[] {
  const keyBytes = widths.reduce((sum, width) => sum + width, 0);
  const out = Buffer.allocUnsafe(count * (2 + 8 + 4 * widths.length + keyBytes));
  let at = 0;
  for (let place = 0; place < count; place++) {
    at = out.writeInt16BE(1 + widths.length, at);
    at = out.writeInt32BE(4, at);
    at = out.writeInt32BE(place, at);
    let from = place * keyBytes;
    for (const width of widths) {
      at = out.writeInt32BE(width, at);
      out.set(keys.subarray(from, from + width), at);
      at += width;
      from += width;
    }
  }
  return [COPY_HEADER, out, COPY_TRAILER];
}

/**
 * A binary COPY file of the chosen tuples of an encoded table, in order, in few pieces: neighbours stay together, so
 * that the common case (all are new) copies nothing.
 */
export function selectTuples(
  rows: Buffer,
  offsets: Uint32Array,
  chosen: readonly number[],
  count: number,
): Buffer[] {
  if (chosen.length === count) return [COPY_HEADER, rows.subarray(0, offsets[count]), COPY_TRAILER];
  const pieces: Buffer[] = [COPY_HEADER];
  let from = -1;
  let to = -1;
  for (const place of chosen) {
    if (place === to) to++;
    else {
      if (from >= 0) pieces.push(rows.subarray(offsets[from], offsets[to]));
      from = place;
      to = place + 1;
    }
  }
  if (from >= 0) pieces.push(rows.subarray(offsets[from], offsets[to]));
  pieces.push(COPY_TRAILER);
  return pieces;
}

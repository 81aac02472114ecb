/** Types whose values are a fixed number of bytes, as the server numbers them and with their width. */
const FIXED = { uuid: { oid: 2950, width: 16 }, int8: { oid: 20, width: 8 } } as const;

/**
 * A one-dimensional array as a binary parameter (the driver sends a Buffer as it is), its elements cut out of
 * `source`: for keys that exist as bytes and would cost a string each otherwise.
 * @param places which records of `stride` bytes to take, in which order
 * @param offset where in a record the element begins
 */
export function arrayParameter(
  type: keyof typeof FIXED,
  source: Uint8Array,
  places: Uint32Array,
  stride: number,
  offset: number,
): Buffer {
  const { oid, width } = FIXED[type];
  const isEmpty = places.length === 0;
  const out = Buffer.allocUnsafe(isEmpty ? 12 : 20 + places.length * (4 + width));
  out.writeInt32BE(isEmpty ? 0 : 1, 0); // dimensions
  out.writeInt32BE(0, 4); // no nulls
  out.writeInt32BE(oid, 8);
  if (isEmpty) return out;
  out.writeInt32BE(places.length, 12);
  out.writeInt32BE(1, 16); // lower bound
  let at = 20;
  for (const place of places) {
    out[at] = 0;
    out[at + 1] = 0;
    out[at + 2] = 0;
    out[at + 3] = width;
    at += 4;
    const from = place * stride + offset;
    for (let i = 0; i < width; i++) out[at++] = source[from + i] ?? 0;
  }
  return out;
}

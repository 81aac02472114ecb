import { COPY_HEADER, COPY_TRAILER } from "#platform/postgres/binary-rows.ts";

/** Puts binary COPY files together in memory that is used again for the next one. */
export interface TupleSelector {
  /**
   * A binary COPY file of the chosen tuples, in the order of `chosen`.
   * @param ends tuple n lies between [n] and [n + 1]
   * @returns a view that the next call writes over: send it first
   */
  select(tuples: Uint8Array, ends: Uint32Array, chosen: Uint32Array): Buffer;
}

export function selectTuples(): TupleSelector {
  let memory = Buffer.alloc(0);
  return {
    select(tuples, ends, chosen) {
      let sizeBytes = COPY_HEADER.length + COPY_TRAILER.length;
      for (const place of chosen) sizeBytes += (ends[place + 1] ?? 0) - (ends[place] ?? 0);
      if (memory.length < sizeBytes) memory = Buffer.allocUnsafeSlow(Math.ceil(sizeBytes * 1.2));
      let at = COPY_HEADER.copy(memory);
      for (const place of chosen) {
        const from = ends[place] ?? 0;
        const to = ends[place + 1] ?? 0;
        memory.set(tuples.subarray(from, to), at);
        at += to - from;
      }
      at += COPY_TRAILER.copy(memory, at);
      return memory.subarray(0, at);
    },
  };
}

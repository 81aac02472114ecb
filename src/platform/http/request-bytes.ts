import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { Problem } from "../problem.ts";

/** The bytes of a request, read once, in pieces, and hashed on the way if somebody will ask. */
export interface RequestBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** SHA-256 of all of them; reads what nobody has read. */
  digest(): Promise<Buffer>;
}

/**
 * A request's body as it arrives. Whoever stops reading does not break the connection, so that he can still say why.
 */
export function requestBytes(body: Readable, isHashed: boolean): RequestBytes {
  const hash = isHashed ? createHash("sha256") : null;
  const chunks = read(body, hash);
  return {
    chunks,
    async digest() {
      for await (const _rest of chunks) {
        // hashed while it passes
      }
      if (hash === null) throw new Error("these bytes were not hashed");
      return hash.copy().digest();
    },
  };
}

async function* read(
  body: Readable,
  hash: { update(chunk: Uint8Array): unknown } | null,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      // A request's body has no encoding set, so its chunks are bytes.
      const bytes = chunk as Uint8Array;
      hash?.update(bytes);
      yield bytes;
    }
  } catch (error) {
    throw new Problem("invalid", {
      code: "http.broken_off",
      say: "The request broke off before its end. Nothing of it was kept; send it again.",
      cause: error,
    });
  }
}

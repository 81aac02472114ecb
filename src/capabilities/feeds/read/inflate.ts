import { createInflateRaw } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";

/**
 * Unpacks one deflate stream (RFC 1951) that begins at `from`. When it has ended, `place.packedEnd` is the index behind it in the source: a stream
 * knows its own end, and what follows is another member, a checksum or rubbish. Throws zlib's error when it is damaged or cut off.
 */
export async function* inflateFrom(
  source: ByteSource,
  from: number,
  place: { packedEnd: number },
): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw();
  const feeding = feed(inflate, source.stream(from)).catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of inflate) yield chunk as Buffer; // zlib streams give Buffers
    place.packedEnd = from + inflate.bytesWritten;
  } finally {
    inflate.destroy();
    await feeding;
  }
}

const RESUMING = ["drain", "end", "close"];

async function feed(
  inflate: ReturnType<typeof createInflateRaw>,
  packed: AsyncIterable<Buffer>,
): Promise<void> {
  for await (const chunk of packed) {
    if (inflate.destroyed || inflate.readableEnded) return;
    if (inflate.write(chunk)) continue;
    // A write behind the end of the stream is never answered, so its end counts as well.
    await new Promise<void>((resolve) => {
      const resume = () => {
        for (const event of RESUMING) inflate.off(event, resume);
        resolve();
      };
      for (const event of RESUMING) inflate.on(event, resume);
    });
  }
  if (!inflate.destroyed) inflate.end();
}

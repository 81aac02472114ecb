import { constants, readSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rmdir, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes that can be read from any place, any number of times, until `close`. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Up to `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Buffer>;
  /** Bytes from `start` to `end` (exclusive), default all, in chunks of at most 64 KiB. */
  stream(start?: number, end?: number): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 64 * 1024;

/** Opens a file that lies where it may stay. Throws the system's error when it cannot be opened. */
export async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    return fileSource(handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function bytesInMemory(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
    async *stream(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += CHUNK_BYTES)
        yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, end));
    },
    close: async () => {},
  };
}

/**
 * Takes in a stream so that it can be read again: in memory up to `memoryBytes`, else in a file of mode 0600 in a private folder (0700).
 * File and folder are taken out of the file system as soon as they are open, so that nothing stays behind however the process ends.
 * `onBytes` is told of each chunk before it is kept and may throw to stop. When the stream fails nothing is kept.
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  memoryBytes: number,
  onBytes: (bytes: number) => void,
  tempFolder: string = tmpdir(),
): Promise<ByteSource> {
  const held: Buffer[] = [];
  let size = 0;
  let handle: FileHandle | null = null;
  try {
    for await (const chunk of stream) {
      onBytes(chunk.length);
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      size += bytes.length;
      if (handle === null && size <= memoryBytes) {
        held.push(Buffer.from(bytes)); // a copy: streams may use their buffers again
        continue;
      }
      if (handle === null) {
        handle = await openNameless(tempFolder);
        for (const early of held.splice(0)) await writeAll(handle, early);
      }
      await writeAll(handle, bytes);
    }
    return handle === null ? bytesInMemory(Buffer.concat(held)) : fileSource(handle, size);
  } catch (error) {
    await handle?.close();
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

async function openNameless(tempFolder: string): Promise<FileHandle> {
  const folder = await mkdtemp(join(tempFolder, "muster-unpack-"));
  const path = join(folder, "part");
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    await unlink(path);
    return handle;
  } finally {
    await rmdir(folder);
  }
}

function fileSource(handle: FileHandle, sizeBytes: number): ByteSource {
  async function read(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, sizeBytes - position));
    const buffer = Buffer.allocUnsafe(wanted);
    let got = 0;
    while (got < wanted) {
      // Waits for the disk on purpose: deliveries are read in a thread of their own, and asking the thread pool for each
      // piece of 64 KiB cost a fifth of the whole reading (measured).
      const bytesRead = readSync(handle.fd, buffer, got, wanted - got, position + got);
      if (bytesRead === 0) break; // the file became shorter while it was read
      got += bytesRead;
    }
    return buffer.subarray(0, got);
  }
  return {
    sizeBytes,
    read,
    async *stream(start = 0, end = sizeBytes) {
      for (let at = start; at < end; ) {
        const chunk = await read(at, Math.min(CHUNK_BYTES, end - at));
        if (chunk.length === 0) return;
        yield chunk;
        at += chunk.length;
      }
    },
    close: () => handle.close(),
  };
}

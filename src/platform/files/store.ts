import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { Problem } from "../problem.ts";

export interface StoredFile {
  /** Lower-case hexadecimal; the file's only name. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Large files by the hash of their content. Small on purpose, so that an object store can stand behind it. */
export interface FileStore {
  /**
   * Keeps the bytes; when this resolves they are on disk. The same bytes twice are kept once. When the disk fills up
   * (Problem `files.disk_full`) or `source` throws, nothing is left behind.
   */
  put(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredFile>;
  /**
   * The bytes, from the beginning or from a later one; may be opened any number of times. Problem `files.missing` when
   * there are none.
   */
  open(sha256: string, from?: number): Promise<Readable>;
  /** All of the bytes at once, for files known to be small. */
  read(sha256: string): Promise<Buffer>;
  /** A path on this machine where the bytes can be read, for a parser in another thread. Never handed to people. */
  localPath(sha256: string): Promise<string>;
  /** Reads it all and compares. */
  verify(sha256: string): Promise<"intact" | "damaged" | "missing">;
  /** Whether there is a file of this name, whatever is in it. */
  has(sha256: string): Promise<boolean>;
  /** Takes the file away; when this resolves its name is gone from the disk. Nothing happens when there is none. */
  remove(sha256: string): Promise<void>;
}

/** What the store needs of the file system for writing; tests put a failing disk here. */
export interface Disk {
  create(path: string): Promise<Pick<FileHandle, "write" | "sync" | "close">>;
}

/** A store in a local folder: `<folder>/<two digits>/<sha256>`, readable by its owner only. */
export function localFileStore(folder: string, disk: Disk = localDisk): FileStore {
  let isPrepared: Promise<void> | undefined;
  const prepare = () => (isPrepared ??= prepareFolder(folder));
  return {
    async put(source) {
      await prepare();
      const unfinished = join(folder, INCOMING, randomBytes(16).toString("hex"));
      try {
        const stored = await write(disk, unfinished, source);
        await settle(folder, unfinished, stored);
        return stored;
      } catch (error) {
        await rm(unfinished, { force: true });
        throw asDiskProblem(error, folder);
      }
    },
    async open(sha256, from = 0) {
      const handle = await openIfThere(pathOf(folder, sha256));
      if (handle) return handle.createReadStream({ start: from });
      throw missing(sha256);
    },
    read: (sha256) =>
      readFile(pathOf(folder, sha256)).catch((error: unknown) => {
        throw codeOf(error) === "ENOENT" ? missing(sha256) : error;
      }),
    async localPath(sha256) {
      const path = pathOf(folder, sha256);
      if (await stat(path).catch(ignoreMissing)) return path;
      throw missing(sha256);
    },
    async verify(sha256) {
      const handle = await openIfThere(pathOf(folder, sha256));
      if (!handle) return "missing";
      const hash = createHash("sha256");
      for await (const chunk of chunksOf(handle)) hash.update(chunk);
      return hash.digest("hex") === sha256 ? "intact" : "damaged";
    },
    async has(sha256) {
      return (await stat(pathOf(folder, sha256)).catch(ignoreMissing)) !== undefined;
    },
    async remove(sha256) {
      const path = pathOf(folder, sha256);
      await rm(path, { force: true });
      if (await stat(dirname(path)).catch(ignoreMissing)) await syncFolder(dirname(path));
    },
  };
}

/** Without an encoding a read stream gives Buffers, which its declaration leaves open. Closes the handle at the end. */
function chunksOf(handle: FileHandle): AsyncIterable<Buffer> {
  return handle.createReadStream({ highWaterMark: 1 << 20 });
}

/** SHA-256 of a file that is not in the store yet, in lower-case hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(path, "r");
  try {
    // One buffer for the whole file: new ones for each piece cost a third of the time in page faults (measured).
    const piece = Buffer.allocUnsafeSlow(1 << 20);
    for (;;) {
      const { bytesRead } = await handle.read(piece);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

function missing(sha256: string): Problem {
  return new Problem("not-found", {
    code: "files.missing",
    say: "The file is no longer in the store. Restore it from your backup.",
    note: { sha256 },
  });
}

const INCOMING = "incoming";

const localDisk: Disk = { create: (path) => open(path, "wx", 0o600) };

async function prepareFolder(folder: string): Promise<void> {
  const incoming = join(folder, INCOMING);
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  // What a killed process left; nothing takes a day to arrive.
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(ignoreMissing);
    if (found && found.mtimeMs < Date.now() - A_DAY_MS) await rm(path, { force: true });
  }
}

const A_DAY_MS = 86_400_000;

async function write(
  disk: Disk,
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<StoredFile> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const handle = await disk.create(path);
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await writeAll(handle, chunk);
    }
    // A full disk may show only here, where delayed writes are carried out.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

async function writeAll(handle: Pick<FileHandle, "write">, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}

/** Gives the whole, flushed file its name. A name in place is replaced: should its content be damaged, it is whole again. */
async function settle(folder: string, unfinished: string, stored: StoredFile): Promise<void> {
  const drawer = join(folder, stored.sha256.slice(0, 2));
  const isNew = (await mkdir(drawer, { recursive: true, mode: 0o700 })) !== undefined;
  await rename(unfinished, pathOf(folder, stored.sha256));
  await syncFolder(drawer);
  if (isNew) await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function pathOf(folder: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new RangeError("a stored file is named by its SHA-256 in lower case");
  return join(folder, sha256.slice(0, 2), sha256);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return await open(path, "r").catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

/** Turns what the system says about a full disk into a Problem; anything else is returned as it is. */
export function asDiskProblem(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new Problem("unavailable", {
    code: "files.disk_full",
    say: `There is no room left for the file in ${folder}. Nothing of it was kept; make room, then deliver it again.`,
    cause: error,
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

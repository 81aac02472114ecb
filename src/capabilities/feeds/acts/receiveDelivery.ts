import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type pg from "pg";
import { type DeliveryDeclaration, internHandling, type Operation } from "#capabilities/operations/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { hashFile } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { lockFile } from "../deletion-queries.ts";
import { decideConditions } from "../model/conditions.ts";
import {
  findDeliveryOfBytes,
  findMapping,
  insertDelivery,
  type ReadingTerms,
  type Source,
  upsertMapping,
} from "../queries.ts";
import { HEAD_BYTES, headOf } from "../read/head.ts";

/** A file on this machine. */
export interface LocalFile {
  readonly path: string;
  /** Name shown on receipts, relative to the operation's folder. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** A file that arrives while it is received. */
export interface ArrivingFile {
  readonly name: string;
  readonly content: { readonly chunks: AsyncIterable<Uint8Array>; readonly limitBytes: number };
}

export interface Receipt {
  readonly delivery: number;
  /** True when the same source handed in the very same bytes before, to be read alike: nothing will be read again. */
  readonly isRepeat: boolean;
  readonly defaultsTaken: readonly string[];
}

/**
 * Receives one file of a source: keeps the original, notes its conditions and enqueues its reading, in one
 * transaction. Acknowledged means flushed to disk. The same bytes again are a repeat only when they are to be read alike: with
 * another role, format, mapping or window they say something else.
 * @throws Problem `invalid` that names the file and the missing condition (IN-2), or that an arriving file is too large
 *   or broke off; nothing is stored then
 */
export async function receiveDelivery(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  operation: Operation,
  source: Source,
  declared: DeliveryDeclaration,
  file: LocalFile | ArrivingFile,
): Promise<Receipt> {
  const decision = decideConditions(operation, { ...source.standing, kind: source.kind }, declared);
  if (decision.state === "incomplete") throw missingConditions(file.name, source, decision.missing);
  const { conditions } = decision;

  const bytes =
    "content" in file ? await takeArriving(here.store, file) : await lookAtLocal(here.store, file);
  const { sha256 } = bytes;
  const header = await headerOf(bytes.path);
  const remembered = header === null ? null : await findMapping(here.pool, source.id, header);
  const terms: ReadingTerms = {
    role: declared.role ?? null,
    declaredFormat: declared.format ?? null,
    mapping: declared.mapping ?? remembered,
    observedFrom: conditions.observedFrom,
    observedTo: conditions.observedTo,
  };
  const repeatOf = await findDeliveryOfBytes(here.pool, source.id, sha256, terms);
  if (repeatOf === null) await bytes.keep();

  return transaction(here.pool, async (db) => {
    await lockFile(db, sha256);
    // A deletion that was under way may have taken it meanwhile.
    if (repeatOf === null && !(await here.store.has(sha256))) await bytes.keep();
    if (declared.mapping !== undefined && header !== null)
      await upsertMapping(db, source.id, header, declared.mapping);
    const delivery = await insertDelivery(db, {
      operation: operation.id,
      source: source.id,
      fileName: file.name || basename(bytes.path),
      sha256,
      sizeBytes: bytes.sizeBytes,
      handling: await internHandling(db, conditions.handling),
      ...terms,
      method: conditions.method,
      purpose: conditions.purpose,
      defaultsTaken: conditions.defaultsTaken,
      state: repeatOf === null ? "received" : "repeated",
      repeatOf: repeatOf?.id ?? null,
    });
    // One queue per operation: intake takes turns anyway, because counts grow in commit order.
    if (repeatOf === null)
      await addJob(db, "threats.takeDelivery", { delivery }, { queue: `intake-${operation.id}` });
    return { delivery, isRepeat: repeatOf !== null, defaultsTaken: conditions.defaultsTaken };
  });
}

/** Bytes to be received, wherever they are. */
interface Bytes {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly path: string;
  /** When this resolves they are in the store. */
  keep(): Promise<void>;
}

/** Hashed before it is copied: the identical file again costs one reading of it and nothing else. */
async function lookAtLocal(store: FileStore, { path, sizeBytes }: LocalFile): Promise<Bytes> {
  const sha256 = await hashFile(path);
  return {
    sha256,
    sizeBytes,
    path,
    async keep() {
      await store.put(createReadStream(path));
    },
  };
}

/** Straight into the store, a piece at a time; what breaks off or is too large leaves nothing there. */
async function takeArriving(store: FileStore, { name, content }: ArrivingFile): Promise<Bytes> {
  const arriving = store.put(upTo(content.limitBytes, name, content.chunks));
  const { sha256, sizeBytes } = await arriving.catch((error: unknown) => {
    throw withoutFolder(error);
  });
  return {
    sha256,
    sizeBytes,
    path: await store.localPath(sha256),
    async keep() {
      await store.localPath(sha256).catch((error: unknown) => {
        throw new Problem("unavailable", {
          code: "feeds.deleted_meanwhile",
          say: `The same bytes were deleted while ${name} arrived. Nothing of it was kept; send it again.`,
          cause: error,
        });
      });
    },
  };
}

/** Where this house keeps its files is nothing for whoever sends from outside. */
function withoutFolder(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code !== "files.disk_full") return error;
  const say =
    "There is no room left for this file. Nothing of it was kept; tell the desk, and send it again later.";
  return new Problem(error.kind, { code: error.code, say, cause: error });
}

async function* upTo(
  limitBytes: number,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw tooLarge(name, limitBytes);
    yield chunk;
  }
}

/** A delivery that is larger than this house takes. */
export function tooLarge(name: string, limitBytes: number): Problem {
  return new Problem("invalid", {
    code: "feeds.delivery_too_large",
    say: `${name} is larger than ${limitBytes} bytes, the most that is taken here at once. Nothing of it was kept; send it in parts.`,
  });
}

/** SHA-256 of the first line that is no comment, as the layout's fingerprint; null for files that are not text. */
export async function headerOf(path: string): Promise<string | null> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const { text } = headOf("", buffer.subarray(0, bytesRead), bytesRead < HEAD_BYTES);
    const line = text.split(/\r\n|\r|\n/).find((found) => found.trim() !== "" && !found.startsWith("#"));
    return line === undefined ? null : createHash("sha256").update(line.trim()).digest("hex");
  } finally {
    await file.close();
  }
}

function missingConditions(
  name: string,
  source: Source,
  missing: readonly ("marking" | "method")[],
): Problem {
  const mends = { marking: '"tlp"', method: '"method"' };
  const list = missing.map((condition) => `${condition} (${mends[condition]})`).join(" and ");
  return new Problem("invalid", {
    code: `feeds.missing_${missing[0] ?? "condition"}`,
    say: `${name} of source "${source.externalId}" is refused: it states no ${list}, and the operation declares no default. Nothing of it was stored.`,
  });
}

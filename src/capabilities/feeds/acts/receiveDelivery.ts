import { createReadStream } from "node:fs";
import { basename } from "node:path";
import type pg from "pg";
import {
  type DeliveryDeclaration,
  internHandling,
  type Operation,
  type SourceDeclaration,
} from "#capabilities/operations/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { hashFile } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { decideConditions } from "../model/conditions.ts";
import { findDeliveryOfBytes, insertDelivery, type Source } from "../queries.ts";

export interface ReceivedFile {
  readonly path: string;
  /** Name shown on receipts, relative to the operation's folder. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface Receipt {
  readonly delivery: number;
  /** True when the same source handed in the very same bytes before: nothing will be read again. */
  readonly isRepeat: boolean;
  readonly defaultsTaken: readonly string[];
}

/**
 * Receives one file of a source: keeps the original, notes its conditions and enqueues its reading, in one
 * transaction. Acknowledged means flushed to disk.
 * @throws Problem `invalid` that names the file and the missing condition (IN-2); nothing is stored then
 */
export async function receiveDelivery(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  operation: Operation,
  source: Source,
  standing: Pick<SourceDeclaration, "mayBeNamed"> & Partial<SourceDeclaration>,
  declared: DeliveryDeclaration,
  file: ReceivedFile,
): Promise<Receipt> {
  const decision = decideConditions(operation, { ...standing, kind: source.kind }, declared);
  if (decision.state === "incomplete") throw missingConditions(file.name, source, decision.missing);
  const { conditions } = decision;

  // Hashed before it is copied: the identical file again costs one reading of it and nothing else.
  const sha256 = await hashFile(file.path);
  const repeatOf = await findDeliveryOfBytes(here.pool, source.id, sha256);
  if (repeatOf === null) await here.store.put(createReadStream(file.path));

  return transaction(here.pool, async (db) => {
    const delivery = await insertDelivery(db, {
      operation: operation.id,
      source: source.id,
      fileName: file.name || basename(file.path),
      sha256,
      sizeBytes: file.sizeBytes,
      handling: await internHandling(db, conditions.handling),
      declaredFormat: declared.format ?? null,
      role: declared.role ?? null,
      method: conditions.method,
      purpose: conditions.purpose,
      observedFrom: conditions.observedFrom,
      observedTo: conditions.observedTo,
      defaultsTaken: conditions.defaultsTaken,
      mapping: declared.mapping ?? null,
      state: repeatOf === null ? "received" : "repeated",
      repeatOf: repeatOf?.id ?? null,
    });
    // One queue per operation: intake takes turns anyway, because counts grow in commit order.
    if (repeatOf === null)
      await addJob(db, "threats.takeDelivery", { delivery }, { queue: `intake-${operation.id}` });
    return { delivery, isRepeat: repeatOf !== null, defaultsTaken: conditions.defaultsTaken };
  });
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

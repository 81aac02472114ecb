import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import type { Signer } from "#platform/signing/signer.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import {
  BEFORE_THE_FIRST,
  type CheckpointJson,
  EntryJson,
  leafOf,
  readCanonical,
  sha256Hex,
} from "../model/log-lines.ts";
import { type Frontier, grow, rootOfFrontier } from "../model/merkle-tree.ts";
import {
  type Checkpoint,
  countEntries,
  findLatestCheckpoint,
  insertCheckpoint,
  listStoredEntries,
  type StoredEntry,
} from "../queries.ts";

/** Entries read at once: about a megabyte. */
const PAGE = 2000;

/**
 * The signer's act on the log: reads for itself every entry since the last checkpoint, holds each against its hash and
 * the one before it, and signs the root over all. Nothing is signed twice: without new entries it does nothing.
 * @throws Problem `conflict` naming the first entry that is not what it was; then nothing is signed
 */
export async function signCheckpoint(here: {
  readonly pool: pg.Pool;
  readonly signer: Signer;
  readonly now: () => Date;
}): Promise<void> {
  const latest = await findLatestCheckpoint(here.pool);
  const size = await countEntries(here.pool);
  if (size === (latest?.size ?? 0)) return;
  let { frontier, hash } = await beginningAt(here.pool, latest);
  for (let from = (latest?.size ?? 0) + 1; from <= size; from += PAGE) {
    const to = Math.min(from + PAGE - 1, size);
    const entries = await listStoredEntries(here.pool, from, to);
    if (entries.length !== to - from + 1) throw broken(firstMissing(entries, from));
    for (const entry of entries) {
      if (!follows(entry, hash)) throw broken(entry.number);
      frontier = grow(frontier, entry.number - 1, leafOf(entry.hash));
      hash = entry.hash;
    }
  }
  const at = here.now();
  at.setUTCMilliseconds(0); // the signature's own time has whole seconds
  const root = rootOfFrontier(frontier);
  await insertCheckpoint(here.pool, {
    size,
    root,
    at,
    signature: await here.signer.signDetached(
      Buffer.from(canonicalJson(checkpointJson({ size, root, at }))),
      at,
    ),
    keyFingerprint: here.signer.fingerprint,
    frontier,
  });
}

/** What is signed of a checkpoint. */
export function checkpointJson({ size, root, at }: Pick<Checkpoint, "size" | "root" | "at">): CheckpointJson {
  return {
    at: at.toISOString(),
    kind: "muster-audit-checkpoint-1",
    root: root.toString("hex"),
    size,
  };
}

async function beginningAt(
  pool: pg.Pool,
  latest: Checkpoint | null,
): Promise<{ frontier: Frontier; hash: string }> {
  if (latest === null) return { frontier: [], hash: BEFORE_THE_FIRST };
  const [last] = await listStoredEntries(pool, latest.size, latest.size);
  if (last === undefined || !rootOfFrontier(latest.frontier).equals(latest.root)) throw broken(latest.size);
  return { frontier: latest.frontier, hash: last.hash };
}

function follows({ number, line, hash }: StoredEntry, previous: string): boolean {
  const entry = readCanonical(Buffer.from(line), EntryJson);
  return entry?.number === number && entry.previous === previous && sha256Hex(line) === hash;
}

function firstMissing(entries: readonly StoredEntry[], from: number): number {
  const at = entries.findIndex(({ number }, place) => number !== from + place);
  return from + (at === -1 ? entries.length : at);
}

function broken(number: number): Problem {
  return new Problem("conflict", {
    code: "audit.broken",
    say: `The audit log is not signed: entry ${number} is not what was written. Keep the database as it is and call the auditor.`,
  });
}

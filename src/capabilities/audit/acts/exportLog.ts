import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import {
  EntryJson,
  entryLine,
  leafOf,
  readCanonical,
  type SignedCheckpoint,
  signedCheckpoint,
} from "../model/log-lines.ts";
import { consistencyPath, inclusionPath } from "../model/merkle-tree.ts";
import {
  type Checkpoint,
  findLatestCheckpoint,
  listCheckpoints,
  listHashes,
  listStoredEntries,
} from "../queries.ts";
import { checkpointJson } from "./signCheckpoint.ts";

const PAGE = 1000;

/**
 * The log up to its last checkpoint as JSON lines: a header, the entries, and after the last entry that it covers each
 * checkpoint with its signature. What came after the last checkpoint is left out, because nobody could check it.
 * @throws Problem `conflict` when there is no checkpoint yet, before the first line
 */
export async function exportLog(app: pg.Pool): Promise<AsyncIterable<string>> {
  const checkpoints = await listCheckpoints(app);
  const last = checkpoints.at(-1);
  if (last === undefined) throw unsigned();
  return linesOf(app, checkpoints, last.size);
}

async function* linesOf(
  app: pg.Pool,
  checkpoints: readonly Checkpoint[],
  entries: number,
): AsyncIterable<string> {
  yield `${canonicalJson({ checkpoints: checkpoints.length, entries, kind: "muster-audit-log-1" })}\n`;
  const due = [...checkpoints];
  for (let from = 1; from <= entries; from += PAGE) {
    let lines = "";
    for (const { number, line, hash } of await listStoredEntries(
      app,
      from,
      Math.min(from + PAGE - 1, entries),
    )) {
      lines += `${entryLine(line, hash)}\n`;
      if (number === due[0]?.size) lines += `${canonicalJson(signed(due.shift()))}\n`;
    }
    yield lines;
  }
}

/**
 * One entry, and that it stands in the tree of the last checkpoint: a line that is checked without the rest of the log.
 * @throws Problem `not-found`, also while no checkpoint covers it
 */
export async function proveEntry(app: pg.Pool, number: number): Promise<string> {
  const checkpoint = await findLatestCheckpoint(app);
  const [stored] = await listStoredEntries(app, number, number);
  const entry = stored === undefined ? null : readCanonical(Buffer.from(stored.line), EntryJson);
  if (checkpoint === null || entry === null || number > checkpoint.size) {
    throw new Problem("not-found", {
      code: "audit.no_such_entry",
      say: `No checkpoint covers an entry ${number}.`,
    });
  }
  const leaves = await leavesOf(app, checkpoint.size);
  const path = inclusionPath(leaves, number - 1).map((step) => step.toString("hex"));
  return `${canonicalJson({ entry, kind: "muster-audit-proof-1", path, signed: signed(checkpoint) })}\n`;
}

/**
 * That nothing was changed or removed between the checkpoint of `earlier` entries and the last one.
 * @throws Problem `not-found` when there was no checkpoint of that size
 */
export async function proveConsistency(app: pg.Pool, earlier: number): Promise<string> {
  const checkpoints = await listCheckpoints(app);
  const before = checkpoints.find(({ size }) => size === earlier);
  const last = checkpoints.at(-1);
  if (before === undefined || last === undefined) {
    throw new Problem("not-found", {
      code: "audit.no_such_checkpoint",
      say: `There is no checkpoint of ${earlier} entries. There are: ${checkpoints.map(({ size }) => size).join(", ")}.`,
    });
  }
  const path = consistencyPath(await leavesOf(app, last.size), earlier).map((step) => step.toString("hex"));
  const proof = { earlier: signed(before), kind: "muster-audit-consistency-1", later: signed(last), path };
  return `${canonicalJson(proof)}\n`;
}

async function leavesOf(app: pg.Pool, size: number): Promise<Buffer[]> {
  return (await listHashes(app, size)).map((hash) => leafOf(hash.toString("hex")));
}

function signed(checkpoint: Checkpoint | undefined): SignedCheckpoint {
  if (checkpoint === undefined) throw new Error("there is a checkpoint here");
  return signedCheckpoint(checkpointJson(checkpoint), checkpoint.signature);
}

function unsigned(): Problem {
  return new Problem("conflict", {
    code: "audit.no_checkpoint",
    say: "The signer has not signed a checkpoint of the log yet. See that it runs, then try again.",
  });
}

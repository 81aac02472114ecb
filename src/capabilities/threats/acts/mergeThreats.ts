import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  findMergeForUpdate,
  insertMerge,
  listThreatsForMerge,
  type MergeCandidate,
  updateMergedInto,
  updateMergeUndone,
} from "../queries.ts";

export interface MergeRequest {
  readonly operation: number;
  readonly kept: string;
  readonly merged: string;
  readonly reason: string;
  readonly officer: string;
}

/**
 * Declares two threats of one role to be the same thing: from now on the second is counted and shown as part of the
 * first. Nothing is rewritten; `undoMerge` restores both exactly. Returns the merge's public id.
 * @throws Problem `not-found`, or `conflict` when one of them is part of a merge already or their roles differ
 */
export function mergeThreats(pool: pg.Pool, request: MergeRequest): Promise<string> {
  return transaction(pool, async (db) => {
    const found = await listThreatsForMerge(db, request.operation, [request.kept, request.merged]);
    const kept = found.find(({ id }) => id === request.kept);
    const merged = found.find(({ id }) => id === request.merged);
    if (kept === undefined || merged === undefined) {
      throw new Problem("not-found", {
        code: "threats.not_found",
        say: "There is no such threat in this operation.",
      });
    }
    assertMergeable(kept, merged);
    await updateMergedInto(db, merged.id, kept.id);
    return insertMerge(db, request);
  });
}

function assertMergeable(kept: MergeCandidate, merged: MergeCandidate): void {
  if (kept.id === merged.id) throw conflict("A threat cannot be merged into itself.");
  if (kept.role !== merged.role)
    throw conflict("The two threats have different roles; a threat is one observable in one role.");
  if (kept.mergedInto !== null || merged.mergedInto !== null)
    throw conflict("One of the two is part of another threat already. Undo that merge first.");
  if (merged.hasParts)
    throw conflict(
      "Other threats were merged into the second one. Merge those into the first, or undo their merges.",
    );
}

function conflict(say: string): Problem {
  return new Problem("conflict", { code: "threats.not_mergeable", say });
}

/** Takes a merge back. @throws Problem `not-found`, or `conflict` when it is undone already */
export function undoMerge(
  pool: pg.Pool,
  request: { readonly operation: number; readonly merge: string; readonly officer: string },
): Promise<void> {
  return transaction(pool, async (db) => {
    const merge = await findMergeForUpdate(db, request.operation, request.merge);
    if (merge === null)
      throw new Problem("not-found", {
        code: "threats.no_such_merge",
        say: "There is no such merge in this operation.",
      });
    if (merge.isUndone) throw conflict("This merge is undone already.");
    await updateMergedInto(db, merge.merged, null);
    await updateMergeUndone(db, request.merge, request.officer);
  });
}

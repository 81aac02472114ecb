import type pg from "pg";

/** A person's word that two threats are one, in force or undone. */
export interface Merge {
  readonly publicId: string;
  readonly kept: string;
  readonly merged: string;
  readonly reason: string;
  readonly mergedBy: string;
  readonly mergedAt: Date;
  readonly undoneBy: string | null;
  readonly undoneAt: Date | null;
}

const MERGE = `public_id as "publicId", kept, merged, reason, merged_by as "mergedBy", merged_at as "mergedAt",
  undone_by as "undoneBy", undone_at as "undoneAt"`;

export async function findMerge(db: pg.Pool, operation: number, publicId: string): Promise<Merge | null> {
  const found = await db.query<Merge>(
    `/* threats.findMerge */ select ${MERGE} from threats.merge where operation = $1 and public_id = $2`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** Oldest first. */
export async function listMergesOf(db: pg.Pool, operation: number, threat: string): Promise<Merge[]> {
  const found = await db.query<Merge>(
    `/* threats.listMergesOf */ select ${MERGE} from threats.merge
      where operation = $1 and (kept = $2 or merged = $2) order by id`,
    [operation, threat],
  );
  return found.rows;
}

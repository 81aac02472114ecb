import type pg from "pg";

/** How far the bytes of deleted rows are gone from a table's files. */
export interface ScrubbedTable {
  readonly table: string;
  /**
   * `rewritten`: the table and its indexes were written anew and hold living rows only. `vacuumed`: deleted rows cannot
   * be read by any statement and their room is used again; until then their bytes stay on disk. `left`: this server
   * does not let the program vacuum (PostgreSQL before 17); its autovacuum does it.
   */
  readonly how: "rewritten" | "vacuumed" | "left";
}

/**
 * Writing anew locks everybody out, about ten seconds for each gigabyte; beyond this size a table is only vacuumed, and
 * the operator runs `vacuum full` when nobody works.
 */
const REWRITTEN_UP_TO_BYTES = 512 * 1024 * 1024;

/** Longest wait for readers to let go of a table; they would wait behind us. */
const LOCK_TIMEOUT_MS = 3000;

/**
 * Removes the bytes of deleted rows from the files of these tables, as far as the server and the size allow. Not inside
 * a transaction. What the server's log of changes (pg_wal) and backups hold is not touched: the log is written over in time.
 */
export async function scrubTables(pool: pg.Pool, tables: readonly string[]): Promise<ScrubbedTable[]> {
  const db = await pool.connect();
  try {
    await db.query(`/* platform.scrubTables */ set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const scrubbed: ScrubbedTable[] = [];
    for (const table of tables) scrubbed.push({ table, how: await scrub(db, table) });
    return scrubbed;
  } finally {
    await db.query("/* platform.scrubTables */ reset lock_timeout").catch(() => undefined);
    db.release();
  }
}

async function scrub(db: pg.ClientBase, table: string): Promise<ScrubbedTable["how"]> {
  if (!(await mayVacuum(db, table))) return "left";
  const name = table.split(".").map(db.escapeIdentifier).join(".");
  if (await isSmall(db, table)) {
    try {
      await db.query(`/* platform.scrubTables */ vacuum (full, analyze) ${name}`);
      return "rewritten";
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
  }
  await db.query(`/* platform.scrubTables */ vacuum (analyze) ${name}`);
  return "vacuumed";
}

async function isSmall(db: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await db.query<{ small: boolean }>(
    "/* platform.isSmallTable */ select pg_total_relation_size($1::regclass) <= $2 as small",
    [table, REWRITTEN_UP_TO_BYTES],
  );
  return rows[0]?.small ?? false;
}

/** Without the privilege `maintain` VACUUM only warns and does nothing. */
async function mayVacuum(db: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await db.query<{ version: number }>(
    "/* platform.serverVersion */ select current_setting('server_version_num')::integer as version",
  );
  if ((rows[0]?.version ?? 0) < 170_000) return false;
  const granted = await db.query<{ may: boolean }>(
    "/* platform.mayMaintain */ select has_table_privilege($1::regclass, 'MAINTAIN') as may",
    [table],
  );
  return granted.rows[0]?.may ?? false;
}

const LOCK_NOT_AVAILABLE = "55P03";

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === LOCK_NOT_AVAILABLE;
}

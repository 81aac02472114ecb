import type { ClientBase, Pool } from "pg";

/** Jobs of these names that wait or run, whoever asked for them. Jobs whose attempts are used up do not count. */
export async function countJobs(database: Pool | ClientBase, names: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ waiting: number }>(
    "/* platform.countJobs */ select platform.count_jobs($1) as waiting",
    [names],
  );
  return rows[0]?.waiting ?? 0;
}

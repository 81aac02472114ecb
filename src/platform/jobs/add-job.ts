import type { ClientBase } from "pg";

export interface JobOptions {
  /** Jobs of one queue run one after another, in the order they were added. */
  readonly queue?: string | undefined;
  /** A second job of the same key replaces the first while that has not begun. */
  readonly key?: string | undefined;
  /** Default 25. A worker killed during a job has used one up, so never 1. */
  readonly maxAttempts?: number | undefined;
  readonly runAt?: Date | undefined;
}

/**
 * Asks for work in the caller's transaction: rolled back with it, visible to workers with its commit. `payload` must
 * survive JSON. Gives the job's number.
 */
export async function addJob(
  client: ClientBase,
  name: string,
  payload: Readonly<Record<string, unknown>>,
  options: JobOptions = {},
): Promise<number> {
  if (options.maxAttempts !== undefined && options.maxAttempts < 2) {
    throw new RangeError(`${name}: a job needs at least two attempts, or a killed worker loses it`);
  }
  const { rows } = await client.query<{ id: number }>(
    "/* platform.addJob */ select platform.add_job($1, $2, $3, $4, $5, $6) as id",
    [
      name,
      JSON.stringify(payload),
      options.queue ?? null,
      options.key ?? null,
      options.maxAttempts ?? null,
      options.runAt ?? null,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`${name}: the queue gave no job number`);
  return id;
}

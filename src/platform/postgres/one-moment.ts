import type { ClientBase, Pool } from "pg";
import { transaction } from "./transaction.ts";

/** A transaction that only reads, and sees one moment of the database from beginning to end. */
export function inOneMoment<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  return transaction(pool, async (client) => {
    await client.query(
      "/* platform.inOneMoment */ set transaction isolation level repeatable read, read only",
    );
    return work(client);
  });
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";

/** Makes a database of its own from nothing but the migrations, lets `work` look at it, and removes it. */
export async function withFreshDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "muster-fresh-"));
  try {
    const database = await openDatabase({ dataDir, durability: "lost-on-power-cut" });
    try {
      await migrate(database.pool("owner"));
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

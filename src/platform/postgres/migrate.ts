import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runMigrations } from "graphile-worker";
import type { ClientBase, Pool } from "pg";
import { Problem } from "../problem.ts";
import { ensureRoles } from "./roles.ts";
import { transaction } from "./transaction.ts";

const SCHEMA_FOLDER = join(import.meta.dirname, "..", "..", "..", "db");

/** Wide apart from the advisory locks of capabilities, which hash names. */
const MIGRATION_LOCK = 4_205_411_873;

/**
 * Brings the database to this release: roles, the job queue's schema, then each file of `migrations/` that was not
 * applied yet in the order of its number, each in one transaction, then `roles.sql` (who may do what). Forward only.
 * Gives the names applied. Of several starters one works and the others wait, then find nothing to do.
 *
 * `owner` is a pool of role owner. Throws a Problem when an applied file was changed or is missing, or the server is too old.
 */
export async function migrate(owner: Pool, folder: string = SCHEMA_FOLDER): Promise<string[]> {
  const client = await owner.connect();
  try {
    await refuseOldServer(client);
    await client.query("/* platform.lockMigrations */ select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await ensureRoles(client);
    await client.query(MIGRATION_TABLE);
    await runMigrations({ pgPool: owner, schema: "graphile_worker" });
    const applied = await applyFiles(client, readMigrations(join(folder, "migrations")));
    const grants = readFileSync(join(folder, "roles.sql"), "utf8");
    await transaction(client, () => client.query(grants));
    return applied;
  } finally {
    // Closed rather than returned: closing also gives up the lock, whatever happened.
    client.release(true);
  }
}

const MIGRATION_TABLE = `/* platform.createMigrationTable */
  create schema if not exists platform;
  create table if not exists platform.migration (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
  )`;

async function refuseOldServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "/* platform.findServerVersion */ select current_setting('server_version_num') as version",
  );
  if (Number(rows[0]?.version) >= 150_000) return;
  throw new Problem("unavailable", {
    code: "postgres.too_old",
    say: "Muster needs PostgreSQL 15 or newer.",
    note: { version: rows[0]?.version },
  });
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const numbers = new Map<string, string>();
  return names.sort().map((name) => {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (number === undefined) throw new Error(`${name}: a migration is named NNNN_room_what.sql`);
    const twin = numbers.get(number);
    if (twin !== undefined) throw new Error(`${name} and ${twin} have the same number`);
    numbers.set(number, name);
    const sql = readFileSync(join(folder, name), "utf8");
    return { name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
  });
}

async function applyFiles(client: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    "/* platform.listMigrations */ select name, sha256 from platform.migration",
  );
  const known = new Map(rows.map((row) => [row.name, row.sha256]));
  refuseRewrittenHistory(known, migrations);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (known.has(migration.name)) continue;
    await transaction(client, async () => {
      // Recorded first: should the lock ever fail, the second starter waits here and fails on the key, not half-way.
      await client.query(
        "/* platform.insertMigration */ insert into platform.migration (name, sha256) values ($1, $2)",
        [migration.name, migration.sha256],
      );
      await client.query(migration.sql);
    }).catch((cause: unknown) => {
      throw new Error(`${migration.name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    });
    applied.push(migration.name);
  }
  return applied;
}

function refuseRewrittenHistory(known: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const present = new Map(migrations.map((migration) => [migration.name, migration.sha256]));
  const rewritten = [...known].filter(([name, sha256]) => present.get(name) !== sha256).map(([name]) => name);
  if (rewritten.length === 0) return;
  throw new Problem("conflict", {
    code: "postgres.migration_changed",
    say: `This database was made with other versions of: ${rewritten.join(", ")}. An applied migration is never changed; use the release that made the database, or add a new migration.`,
    note: { rewritten },
  });
}

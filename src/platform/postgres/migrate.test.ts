import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../../test/support/database.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";

let folder = "";
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-migrations-"));
  mkdirSync(join(folder, "migrations"));
  writeFileSync(join(folder, "roles.sql"), "");
  database = await createTestDatabase();
  // The template holds the real migrations; these tests bring their own.
  await database
    .pool("owner")
    .query("delete from platform.migration; grant create on schema public to muster_owner");
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const file = (name: string, sql: string) => writeFileSync(join(folder, "migrations", name), sql);
const run = () => migrate(database.pool("owner"), folder);
const tables = async () => {
  const { rows } = await database
    .pool("owner")
    .query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
  return rows.map((row) => row.name);
};

describe("migrate", () => {
  it("applies each file once, in the order of the numbers, then the grants", async () => {
    file("0002_b_second.sql", "alter table public.a add column n int");
    file("0001_a_first.sql", "create table public.a (); create table public.b ()");
    writeFileSync(
      join(folder, "roles.sql"),
      "grant usage on schema public to muster_app; grant select on public.a to muster_app",
    );
    expect(await run()).toEqual(["0001_a_first.sql", "0002_b_second.sql"]);
    expect(await run()).toEqual([]);
    expect((await database.pool("app").query("select n from public.a")).rows).toEqual([]);
    await expect(database.pool("app").query("select from public.b")).rejects.toThrow("permission denied");
  });

  it("keeps nothing of a file that fails, names it, and goes on from there when it is mended", async () => {
    file("0001_a_first.sql", "create table public.a ()");
    file("0002_a_second.sql", "create table public.b (); select broken");
    await expect(run()).rejects.toThrow(/^0002_a_second\.sql: column "broken" does not exist/);
    expect(await tables()).toEqual(["a"]);
    file("0002_a_second.sql", "create table public.b ()");
    expect(await run()).toEqual(["0002_a_second.sql"]);
  });

  it("refuses an applied file that was changed or removed", async () => {
    file("0001_a_first.sql", "create table public.a ()");
    file("0002_a_second.sql", "create table public.b ()");
    await run();
    file("0001_a_first.sql", "create table public.a (n int)");
    rmSync(join(folder, "migrations", "0002_a_second.sql"));
    await expect(run()).rejects.toMatchObject({
      kind: "conflict",
      code: "postgres.migration_changed",
      note: { rewritten: ["0001_a_first.sql", "0002_a_second.sql"] },
    });
  });

  it("lets one of several starters work and the others find it done", async () => {
    file("0001_a_first.sql", "select pg_sleep(0.2); create table public.a ()");
    const second = new Set((await Promise.all([run(), run()])).map((applied) => applied.length));
    expect(second).toEqual(new Set([0, 1]));
  });

  it("refuses names without a number and numbers given twice", async () => {
    file("first.sql", "select 1");
    await expect(run()).rejects.toThrow("NNNN_room_what.sql");
    rmSync(join(folder, "migrations", "first.sql"));
    file("0001_a_first.sql", "select 1");
    file("0001_b_other.sql", "select 1");
    await expect(run()).rejects.toThrow("the same number");
  });
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { type Database, openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { DATABASE_ROLES } from "./roles.ts";
import { transaction } from "./transaction.ts";

const database = withDatabase();

describe("the roles of a migrated database", () => {
  it("log in as themselves and are nobody else", async () => {
    for (const role of DATABASE_ROLES) {
      const { rows } = await database().pool(role).query("select current_user as me");
      expect(rows).toEqual([{ me: `muster_${role}` }]);
      if (role === "app")
        await expect(database().pool(role).query("set role muster_worker")).rejects.toThrow("permission");
    }
  });

  it("cannot create anything, except the owner", async () => {
    for (const role of ["app", "worker", "signer"] as const) {
      await expect(database().pool(role).query("create table public.mine ()")).rejects.toThrow(
        "permission denied",
      );
      await expect(database().pool(role).query("create schema mine")).rejects.toThrow("permission denied");
    }
  });

  it("let the worker alone pass row-level security by", async () => {
    const { rows } = await database()
      .pool("owner")
      .query(
        "select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'muster\\_%' and rolname <> 'muster_owner' order by 1",
      );
    expect(rows).toEqual([
      { rolname: "muster_app", rolsuper: false, rolbypassrls: false },
      { rolname: "muster_gate", rolsuper: false, rolbypassrls: false },
      { rolname: "muster_signer", rolsuper: false, rolbypassrls: false },
      { rolname: "muster_worker", rolsuper: false, rolbypassrls: true },
    ]);
  });
});

describe("values", () => {
  it("come as plain numbers, texts and instants", async () => {
    const { rows } = await database()
      .pool("app")
      .query(
        `select count(*) as count, date '2026-11-01' as day, timestamptz '2026-11-01 00:00+07' as instant,
                array[1, null]::int8[] as counts, array[date '2026-11-01'] as days, 1.50 as money`,
      );
    expect(rows).toEqual([
      {
        count: 1,
        day: "2026-11-01",
        instant: new Date("2026-10-31T17:00:00Z"),
        counts: [1, null],
        days: ["2026-11-01"],
        money: "1.50",
      },
    ]);
  });

  it("that a number or a Date cannot hold are refused, never bent", async () => {
    await expect(database().pool("app").query("select 9007199254740993")).rejects.toThrow(RangeError);
    await expect(database().pool("app").query("select timestamptz 'infinity'")).rejects.toThrow(RangeError);
  });
});

describe("transaction", () => {
  it("keeps all or nothing, and hands the error on unchanged", async () => {
    const owner = database().pool("owner");
    await owner.query("create schema t; create table t.row (n int)");
    await transaction(owner, (client) => client.query("insert into t.row values (1)"));
    const refusal = new Error("refused by a rule");
    await expect(
      transaction(owner, async (client) => {
        await client.query("insert into t.row values (2)");
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect((await owner.query("select n from t.row")).rows).toEqual([{ n: 1 }]);
  });

  it("says plainly that the connection was lost, and the pool goes on with a new one", async () => {
    const pool = database().pool("app");
    await expect(
      transaction(pool, async (client) => {
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        await database().pool("owner").query("select 1");
        // A role may end its own sessions.
        await pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        await client.query("select 1");
      }),
    ).rejects.toMatchObject({ kind: "unavailable", code: "postgres.connection_lost" });
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("openDatabase", () => {
  let folder = "";
  let opened: Database;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "muster-open-"));
    opened = await openDatabase({ dataDir: folder, durability: "lost-on-power-cut" });
    await migrate(opened.pool("owner"));
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps the passwords where only their owner reads them", () => {
    expect(statSync(join(folder, "credentials.json")).mode & 0o777).toBe(0o600);
  });

  it("serves a second process with the same passwords, also when both begin at once", async () => {
    const [one, two] = await Promise.all([
      openDatabase({ dataDir: folder }),
      openDatabase({ dataDir: folder }),
    ]);
    expect((await two.pool("app").query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await Promise.all([one.close(), two.close()]);
    expect((await opened.pool("app").query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("works on any other server by its address, taking on the role of each program", async () => {
    // The superuser stands for the administrator of such a server, with a database of its own.
    const credentials = JSON.parse(readFileSync(join(folder, "credentials.json"), "utf8"));
    const url = new URL(
      opened.urlFor("owner").replace("muster_owner", "postgres").replace("@/muster", "@localhost/elsewhere"),
    );
    url.password = credentials.superuser;
    const databaseUrl = url.href.replace("@localhost/", "@/");
    const admin = new pg.Client({ connectionString: databaseUrl.replace("/elsewhere", "/postgres") });
    await admin.connect();
    await admin.query("create database elsewhere");
    const external = await openDatabase({ dataDir: "/nonexistent", databaseUrl });
    try {
      expect((await migrate(external.pool("owner"))).length).toBeGreaterThan(0);
      for (const role of ["app", "worker", "signer"] as const) {
        const { rows } = await external.pool(role).query("select current_user as me, session_user as login");
        expect(rows).toEqual([{ me: `muster_${role}`, login: "postgres" }]);
      }
      // A session setting may not lead out of the role by accident.
      const { rows } = await external
        .pool("app")
        .query("reset role; select 1")
        .then(() => external.pool("app").query("select current_user as me"));
      expect(rows).toEqual([{ me: "muster_app" }]);
    } finally {
      await external.close();
      await admin.end();
    }
  });

  it("says plainly that the credentials are damaged", async () => {
    const other = mkdtempSync(join(tmpdir(), "muster-open-"));
    writeFileSync(join(other, "credentials.json"), "{");
    await expect(openDatabase({ dataDir: other })).rejects.toMatchObject({
      code: "postgres.credentials_damaged",
    });
    rmSync(other, { recursive: true });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { asCaller, renewCaller } from "./caller.ts";
import { transaction } from "./transaction.ts";

const database = withDatabase();
const app = () => database().pool("app");

/** What a connection of the app believes to be asked for. */
async function told(): Promise<string | null> {
  const found = await app().query<{ officer: string | null }>(
    "select nullif(current_setting('muster.officer', true), '') as officer",
  );
  return found.rows[0]?.officer ?? null;
}

beforeAll(async () => {
  // The test database reads as the desk by default; here nobody is anybody until told.
  const { rows } = await database()
    .pool("owner")
    .query<{ name: string }>("select current_database() as name");
  await database().pool("owner").query(`alter database ${rows[0]?.name} reset all`);
});

describe("asCaller", () => {
  it("tells each connection for whom it is asked, also when many callers share few connections", async () => {
    const callers = Array.from({ length: 60 }, (_, at) => String(at + 1));
    const answers = await Promise.all(
      callers.map((officer) =>
        asCaller({ officer }, async () => {
          const first = await told();
          const inside = await transaction(app(), async (db) => {
            await db.query("select pg_sleep(0.005)");
            const { rows } = await db.query<{ officer: string }>(
              "select current_setting('muster.officer') as officer",
            );
            return rows[0]?.officer;
          });
          return [first, inside, await told()];
        }),
      ),
    );
    expect(answers).toEqual(callers.map((officer) => [officer, officer, officer]));
  });

  it("leaves nothing of a caller on the connection for whoever comes after him", async () => {
    await asCaller({ officer: "7", desk: "{1}" }, told);
    expect(await told()).toBeNull();
    await asCaller({ officer: "8" }, async () => {
      const { rows } = await app().query("select nullif(current_setting('muster.desk', true), '') as desk");
      expect(rows).toEqual([{ desk: null }]);
    });
  });

  it("sees something else from the next connection on once the caller is renewed", async () => {
    await asCaller({ officer: "7" }, async () => {
      expect(await told()).toBe("7");
      renewCaller({ officer: "9" });
      expect(await told()).toBe("9");
    });
    expect(() => renewCaller({})).toThrow("inside asCaller");
  });

  it("gives the driver's error and no connection when the server is not there", async () => {
    await expect(asCaller({ officer: "7" }, () => app().query("select 1 / 0"))).rejects.toMatchObject({
      code: "22012",
    });
    expect(await asCaller({ officer: "7" }, told)).toBe("7");
  });
});

describe("row-level security", () => {
  /** Readable without a policy, each with the reason why nothing can be learnt from it. */
  const OPEN = {
    "operations.handling": "combinations of markings, of nobody in particular",
    "platform.migration": "names of our own files",
    "threats.observable_type": "constants",
    "threats.role": "constants",
  };

  it("stands on every table that the app may read or write", async () => {
    const { rows } = await database()
      .pool("owner")
      .query<{ name: string }>(
        `select format('%I.%I', nspname, relname) as name
           from pg_class join pg_namespace on pg_namespace.oid = relnamespace
          where relkind in ('r', 'p', 'v', 'm') and not relrowsecurity and nspname not in ('pg_catalog', 'information_schema')
            and (has_any_column_privilege('muster_app', pg_class.oid, 'select, insert, update')
              or has_table_privilege('muster_app', pg_class.oid, 'delete'))
          order by 1`,
      );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(OPEN));
  });

  it("shows nothing to a caller who was not told of anything", async () => {
    const { rows } = await database()
      .pool("owner")
      .query<{ name: string }>(
        `select format('%I.%I', nspname, relname) as name
           from pg_class join pg_namespace on pg_namespace.oid = relnamespace
          where relkind = 'r' and relrowsecurity and has_any_column_privilege('muster_app', pg_class.oid, 'select') order by 1`,
      );
    expect(rows.length).toBeGreaterThan(10);
    for (const { name } of rows) {
      const seen = await asCaller({}, () => app().query(`select from ${name} limit 1`));
      expect([name, seen.rowCount]).toEqual([name, 0]);
    }
  });
});

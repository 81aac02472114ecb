import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Caller, operationOf } from "../../src/capabilities/people/index.ts";
import { ROUTES } from "../../src/main/routes.ts";
import { localFileStore } from "../../src/platform/files/store.ts";
import { type Binding, bind } from "../../src/platform/http/handler.ts";
import type { RouteContract } from "../../src/platform/http/route.ts";
import type { Database } from "../../src/platform/postgres/database.ts";
import { Problem } from "../../src/platform/problem.ts";
import { createTestDatabase } from "../support/database.ts";
import { openWorldPair, type WorldPair } from "../support/worlds/world-pair.ts";

// Ten leaks that other products had, each planted once, in a route beside the true ones or in the database itself. The comparison of
// worlds must find every one, or it would not find the next.

let pair: WorldPair;
let databases: readonly [Database, Database];
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-worlds-"));
  databases = [await createTestDatabase(), await createTestDatabase()];
  pair = await openWorldPair(databases, localFileStore(join(folder, "files")), folder);
  await pair.build("planted", "Cal National");
}, 120_000);
afterAll(async () => {
  await pair.close();
  await rm(folder, { recursive: true, force: true });
});

/** A national officer asks; of what others handed in, he sees a part. */
const route = {
  id: "planted.leak",
  method: "GET",
  path: "/operations/:operation/planted",
  summary: "leaks",
  access: { for: "member", roles: ["national-officer"] },
  params: z.strictObject({ operation: z.string() }),
  response: z.unknown(),
  audit: "none",
} as const satisfies RouteContract;

const threatRoute = {
  ...route,
  path: "/operations/:operation/planted/:threat",
  params: z.strictObject({ operation: z.string(), threat: z.string() }),
} as const satisfies RouteContract;

/** What a careless statement reads: everything, whoever asks. */
async function ofEverybody(
  caller: Caller,
  statement: string,
  more: readonly unknown[] = [],
): Promise<object[]> {
  const database = databases.find(({ pool }) => pool("app") === caller.app);
  if (database === undefined) throw new Error("asked of neither world");
  return (await database.pool("owner").query(statement, [operationOf(caller).id, ...more])).rows;
}

const VISIBLE = "select id, value from threats.threat where operation = $1";
async function visible(caller: Caller): Promise<{ id: string; value: string }[]> {
  return (await caller.app.query<{ id: string; value: string }>(VISIBLE, [operationOf(caller).id])).rows;
}

/** The differences that this leak makes, on its own route alone. */
const differencesOf = async (leak: Binding<Caller>) => (await pair.compareBuilt([leak])).differences;

describe("a planted leak is found:", () => {
  it("none is found where nothing is planted", async () => {
    const honest = bind(route, async (_request, caller: Caller) =>
      (await visible(caller)).map(({ value }) => value).toSorted(),
    );
    const { differences, statuses } = await pair.compareBuilt([honest]);
    expect(differences).toEqual([]);
    expect(statuses.get("planted.leak")).toContain(200);
  });

  it("a table without its policy", async () => {
    const lists = ROUTES.filter((each) => each.route.id === "threats.listThreats");
    expect(lists).toHaveLength(1);
    for (const table of [
      "threats.threat",
      "threats.assertion",
      "threats.listing",
      "threats.audience_set",
      "feeds.audience",
    ])
      await pair.alter(`alter table ${table} disable row level security`);
    expect((await pair.compareBuilt(lists)).differences).not.toEqual([]);
    for (const table of [
      "threats.threat",
      "threats.assertion",
      "threats.listing",
      "threats.audience_set",
      "feeds.audience",
    ])
      await pair.alter(`alter table ${table} enable row level security`);
    expect((await pair.compareBuilt(lists)).differences).toEqual([]);
  });

  it("a count of the table itself", async () => {
    const leak = bind(route, async (_request, caller: Caller) =>
      ofEverybody(caller, "select count(*) as threats from threats.threat where operation = $1"),
    );
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("an order by a date that is hidden", async () => {
    const leak = bind(route, async (_request, caller: Caller) => {
      const order = await ofEverybody(
        caller,
        `select threat as id from threats.assertion where threat in (select id from threats.threat where operation = $1)
          group by threat order by max(last_seen) desc, threat`,
      );
      const seen = new Map((await visible(caller)).map(({ id, value }) => [id, value]));
      return order.flatMap((row) => ("id" in row ? (seen.get(String(row.id)) ?? []) : []));
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("a list of neighbours", async () => {
    const leak = bind(threatRoute, async ({ params }, caller: Caller) => {
      if (!(await visible(caller)).some(({ id }) => id === params.threat)) throw hidden();
      return ofEverybody(
        caller,
        `select other.value from threats.threat one join threats.threat other on other.operation = one.operation
           and split_part(other.value, '.', 1) = split_part(one.value, '.', 1) and other.id <> one.id
          where one.operation = $1 and one.id::text = $2 order by other.value`,
        [params.threat],
      );
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("a 403 where absent things give a 404", async () => {
    const leak = bind(threatRoute, async ({ params }, caller: Caller) => {
      const there = await ofEverybody(
        caller,
        "select from threats.threat where operation = $1 and id::text = $2",
        [params.threat],
      );
      if (there.length === 0) throw hidden();
      if ((await visible(caller)).some(({ id }) => id === params.threat)) return "seen";
      throw new Problem("forbidden", { code: "planted.forbidden", say: "Not yours." });
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("an error text that names what is hidden", async () => {
    const leak = bind(threatRoute, async ({ params }, caller: Caller) => {
      const [found] = await ofEverybody(
        caller,
        "select value from threats.threat where operation = $1 and id::text = $2",
        [params.threat],
      );
      if ((await visible(caller)).some(({ id }) => id === params.threat)) return "seen";
      const say = `There is no such threat${found === undefined ? "" : ` as ${JSON.stringify(found)}`}.`;
      throw new Problem("conflict", { code: "planted.named", say });
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("a cursor that holds the number of a row", async () => {
    const cursorRoute = { ...route, query: z.strictObject({ after: z.string().optional() }) } as const;
    const leak = bind(cursorRoute, async ({ query }, caller: Caller) => {
      const after =
        query.after === undefined ? 0 : Number(Buffer.from(query.after, "base64url").toString("utf8"));
      const { rows } = await caller.app.query<{ value: string; sequence: number }>(
        "select value, sequence from threats.threat where operation = $1 and sequence > $2 order by sequence limit 1",
        [operationOf(caller).id, after],
      );
      const [row] = rows;
      return {
        next:
          row === undefined
            ? null
            : Buffer.from(String(row.sequence).padStart(40, "0")).toString("base64url"),
      };
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("a total in a header", async () => {
    const leak = bind(route, async ({ reply }, caller: Caller) => {
      const [total] = await ofEverybody(
        caller,
        "select sum(threats) as n from threats.counter where operation = $1",
      );
      reply.header("x-total-count", JSON.stringify(total));
      return "all is well";
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("an event of what is hidden", async () => {
    const leak = bind({ ...route, response: "events" }, async (_request, caller: Caller) => {
      const deliveries = await ofEverybody(
        caller,
        "select file_name from feeds.delivery where operation = $1 order by received_at",
      );
      return (async function* () {
        for (const delivery of deliveries) yield `data: ${JSON.stringify(delivery)}\n\n`;
      })();
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });

  it("a hit in a search", async () => {
    const searchRoute = { ...route, query: z.strictObject({ q: z.string().optional() }) } as const;
    const leak = bind(searchRoute, async ({ query }, caller: Caller) => {
      const hits = await ofEverybody(
        caller,
        "select from threats.assertion join threats.threat on threat.id = threat where operation = $1 and (reference ilike $2 or $2 = any(families))",
        [query.q ?? "case-1"],
      );
      return { found: hits.length > 0, visible: (await visible(caller)).length };
    });
    expect(await differencesOf(leak)).not.toEqual([]);
  });
});

function hidden(): Problem {
  return new Problem("not-found", { code: "planted.not_found", say: "Nothing here." });
}

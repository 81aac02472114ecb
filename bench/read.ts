import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { entitle } from "#capabilities/feeds/index.ts";
import { jurisdictionRoutes } from "#capabilities/jurisdiction/index.ts";
import type { Operation } from "#capabilities/operations/index.ts";
import { ensureMembership, listMembershipsOf } from "#capabilities/people/index.ts";
import { threatRoutes, updateSearch } from "#capabilities/threats/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import { asCaller, type CallerSettings } from "#platform/postgres/caller.ts";
import { type Database, openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { fillReading } from "./fill-reading.ts";

/** Requests of each kind, asked in turn as the reader and as the owner. */
const ROUNDS = 20;

/**
 * What an officer of one country waits for, through the handlers, beside the same requests as the tables' owner, whom
 * row-level security does not hold (he reads twice as much: all 60 audiences).
 */
export async function benchRead(threats: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-read-"));
  try {
    const database = await openDatabase({ dataDir: join(folder, "data") });
    try {
      await migrate(database.pool("owner"));
      const operation = await fillReading(database, { threats, audiences: 60 });
      const from = performance.now();
      await updateSearch(database.pool("worker"), operation.id);
      console.log(
        `texts made searchable in ${((performance.now() - from) / 1000).toFixed(1)} s, after the deliveries`,
      );
      await database.pool("owner").query("vacuum analyze threats.searchable_value");
      await database.pool("owner").query("vacuum analyze threats.searchable_reference");
      await measure(database, operation, folder);
    } finally {
      await database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Case {
  readonly what: string;
  readonly route: string;
  readonly query?: (round: number) => object;
  readonly threat?: (round: number) => string;
}

async function measure(database: Database, operation: Operation, folder: string): Promise<void> {
  const owner = database.pool("owner");
  const { rows } = await owner.query<{ country: string; id: string }>(
    `select threat.country, threat.id from threats.threat join threats.audience_set on audience_set.id = threat.audience_set
      where 1 = any(audiences) and country is not null order by threat.id limit $1`,
    [ROUNDS],
  );
  const countries = await owner.query<{ country: string }>(
    "select country from threats.counter where country <> '' group by country order by sum(threats) desc",
  );
  const country = (place: number) => countries.rows[place]?.country ?? "";
  const most = country(0);
  const middle = country(20);
  const least = country(countries.rows.length - 1);
  const cases: readonly Case[] = [
    { what: "first page, all", route: "threats.listThreats", query: () => ({}) },
    { what: "first page, large country", route: "threats.listThreats", query: () => ({ country: most }) },
    {
      what: "first page, country and role",
      route: "threats.listThreats",
      query: () => ({ country: middle, role: "c2" }),
    },
    {
      what: "first page, small country",
      route: "threats.listThreats",
      query: () => ({ country: least, type: "url" }),
    },
    {
      what: "first page, government in a country",
      route: "threats.listThreats",
      query: () => ({ country: middle, government: true }),
    },
    { what: "counts by role and country", route: "threats.countThreats", query: () => ({}) },
    { what: "counts of one country", route: "threats.countThreats", query: () => ({ country: most }) },
    {
      what: "search, rare fragment",
      route: "threats.searchThreats",
      query: (round) => ({ q: `host-${(round * 7919).toString(16).padStart(5, "a")}` }),
    },
    {
      what: "search, nothing there",
      route: "threats.searchThreats",
      query: (round) => ({ q: `zq${round}x` }),
    },
    { what: "search, in every value", route: "threats.searchThreats", query: () => ({ q: "example" }) },
    {
      what: "search, reference",
      route: "threats.searchThreats",
      query: (round) => ({ q: `case/${4 * round}` }),
    },
    {
      what: "one threat with its reasons",
      route: "jurisdiction.explainThreat",
      threat: (round) => rows[round % rows.length]?.id ?? "",
    },
  ];
  const asReader = await openReader(database, operation, folder, "app");
  const asOwner = await openReader(database, operation, folder, "owner");
  for (const each of cases) {
    const times = { reader: [] as number[], owner: [] as number[] };
    for (let round = -3; round < ROUNDS; round++) {
      for (const [who, ask] of [
        ["reader", asReader],
        ["owner", asOwner],
      ] as const) {
        const from = performance.now();
        await ask(each, Math.abs(round));
        if (round >= 0) times[who].push(performance.now() - from);
      }
    }
    report(each.what, times.reader, times.owner);
  }
}

/** Answers a case through its handler, as an officer of one country; `role`: as which database role it is read. */
async function openReader(database: Database, operation: Operation, folder: string, role: "app" | "owner") {
  const owner = database.pool("owner");
  const gate = database.pool("gate");
  await owner.query(
    "insert into people.organisation (code, name, kind) values ('bench', 'Bench', 'police') on conflict do nothing",
  );
  const inserted = await owner.query<{ id: number; publicId: string }>(
    `insert into people.officer (organisation, name) select id, 'Reader' from people.organisation
     returning id, public_id as "publicId"`,
  );
  const officer = inserted.rows[0] ?? { id: 0, publicId: "" };
  await transaction(gate, (db) =>
    ensureMembership(db, {
      officer: officer.id,
      operation: operation.id,
      role: "national-officer",
      country: "ID",
      source: null,
      givenBy: null,
    }),
  );
  const [membership] = await listMembershipsOf(gate, officer.id);
  if (membership === undefined) throw new Error("the reader has no membership");
  const settings: CallerSettings = await entitle(gate, officer.id);
  const caller = {
    officer: { ...officer, name: "Reader", language: "en" as const, organisation: "bench", duties: [] },
    session: null,
    token: null,
    isStillIn: async () => true,
    operation: { id: operation.id, membership },
    app: database.pool(role),
    gate,
    store: localFileStore(join(folder, "files")),
    clock: { now: () => Date.now() },
    address: "192.0.2.1",
  };
  const bindings = new Map(
    [...threatRoutes, ...jurisdictionRoutes].map((binding) => [binding.route.id as string, binding]),
  );
  return ({ route, query, threat }: Case, round: number) =>
    asCaller(settings, async () => {
      const binding = bindings.get(route);
      if (binding === undefined) throw new Error(`no route ${route}`);
      const contract: { readonly query?: z.ZodType; readonly response: unknown } = binding.route;
      // The handlers measured here use nothing of the request but these.
      const request = {
        params: { operation: operation.code, threat: threat?.(round) },
        query: contract.query === undefined ? {} : { size: 50, ...query?.(round) },
        headers: {},
      };
      return binding.answer(
        request as unknown as Parameters<typeof binding.answer>[0],
        caller as unknown as Parameters<typeof binding.answer>[1],
      );
    });
}

function report(what: string, reader: number[], owner: number[]): void {
  const at = (times: number[], share: number) =>
    times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const cell = (ms: number) => ms.toFixed(1).padStart(7);
  const ratio = (at(reader, 0.5) / at(owner, 0.5)).toFixed(2);
  console.log(
    `${what.padEnd(38)} p50 ${cell(at(reader, 0.5))} ms  p95 ${cell(at(reader, 0.95))} ms   owner p50 ${cell(at(owner, 0.5))} p95 ${cell(at(owner, 0.95))}   ratio ${ratio}`,
  );
}

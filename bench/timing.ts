import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { entitle } from "#capabilities/feeds/index.ts";
import { insertOperation, type Operation } from "#capabilities/operations/index.ts";
import { ensureMembership, openSession } from "#capabilities/people/index.ts";
import { updateSearch } from "#capabilities/threats/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import { type Database, openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { seededRandom } from "../exercise/random.ts";
import { SESSION_COOKIE } from "../src/main/gatekeeper.ts";
import { openHttpServer } from "../src/main/http-server.ts";
import { fillReading } from "./fill-reading.ts";

/** Requests for each of hidden, absent and absent again, in random order, after as many that are not counted as `WARM_UP`. */
const SAMPLES = 1000;
const WARM_UP = 300;
const THREATS = 20_000;

/** A kind of thing that may be there unseen: addresses of hidden ones and of absent ones. */
interface Kind {
  readonly what: string;
  readonly hidden: () => string;
  readonly absent: () => string;
}

/**
 * Does the time of an answer tell whether something hidden is there? Hidden against absent, beside absent against absent asked
 * in the same order at the same time: what the second says is the noise of this machine. By the Mann-Whitney test, because
 * times have long tails.
 */
export async function benchTiming(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-timing-"));
  try {
    const database = await openDatabase({ dataDir: join(folder, "data") });
    try {
      await migrate(database.pool("owner"));
      const operation = await fillReading(database, { threats: THREATS, audiences: 20 });
      await updateSearch(database.pool("worker"), operation.id);
      await database.pool("owner").query("analyze");
      const { cookie, officer } = await enrol(database, operation);
      const server = await openHttpServer({
        database,
        store: localFileStore(join(folder, "files")),
        log: { error: (detail: unknown) => console.error(detail) },
      });
      for (const kind of await kindsOf(database, operation, officer)) await measure(server, cookie, kind);
      await server.close();
    } finally {
      await database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function enrol(database: Database, operation: Operation) {
  const { rows } = await database.pool("owner").query<{ id: number }>(
    `with organisation as (insert into people.organisation (code, name, kind) values ('bureau', 'Bureau', 'police') returning id)
     insert into people.officer (organisation, name) select id, 'Reader' from organisation returning id`,
  );
  const officer = rows[0]?.id ?? 0;
  await transaction(database.pool("gate"), (gate) =>
    ensureMembership(gate, {
      officer,
      operation: operation.id,
      role: "national-officer",
      country: "ID",
      source: null,
      givenBy: null,
    }),
  );
  const token = await openSession(database.pool("gate"), officer, "passkey");
  return { officer, cookie: `${SESSION_COOKIE}=${token}` };
}

async function kindsOf(database: Database, operation: Operation, officer: number): Promise<readonly Kind[]> {
  const owner = database.pool("owner");
  const { audiences = "{}" } = await entitle(database.pool("gate"), officer);
  const { rows } = await owner.query<{ id: string; value: string }>(
    `select threat.id, value from threats.threat join threats.audience_set on audience_set.id = threat.audience_set
      where operation = $1 and not audiences && $2::integer[] order by md5(threat.id::text) limit 500`,
    [operation.id, audiences],
  );
  if (rows.length === 0) throw new Error("this reader sees everything");
  const random = seededRandom("timing");
  // As many as there are hidden ones, so that neither kind is asked for more often than the other.
  const nowhere = rows.map(() => randomUUID());
  await transaction(owner, (db) =>
    insertOperation(db, {
      ...{ id: "hidden-operation", name: "Hidden", from: "2026-09-01", to: "2026-11-30", mode: "remote" },
      ...{ purpose: "measuring", legalBasis: "none", countries: ["ID"], sources: [] },
    }),
  );
  const threat = (id: string) => `/operations/${operation.code}/threats/${id}`;
  const search = (text: string) => `/operations/${operation.code}/search?q=${encodeURIComponent(text)}`;
  return [
    {
      what: "a threat by its id",
      hidden: () => threat(random.pick(rows).id),
      absent: () => threat(random.pick(nowhere)),
    },
    {
      what: "a value searched for",
      hidden: () => search(random.pick(rows).value),
      absent: () => search(`${random.pick(rows).value.slice(0, -4)}zqzq`),
    },
    {
      what: "an operation by its code",
      hidden: () => "/operations/hidden-operation",
      absent: () => "/operations/absent-operation",
    },
  ];
}

async function measure(
  server: FastifyInstance,
  cookie: string,
  { what, hidden, absent }: Kind,
): Promise<void> {
  const random = seededRandom(what);
  const asked = [
    { name: "hidden", url: hidden },
    { name: "absent", url: absent },
    { name: "absent again", url: absent },
  ] as const;
  const times = { hidden: [] as number[], absent: [] as number[], "absent again": [] as number[] };
  const statuses = new Set<string>();
  for (let round = -WARM_UP; round < SAMPLES; round++) {
    for (const { name, url } of random.shuffle(asked)) {
      const address = url();
      const from = process.hrtime.bigint();
      const answer = await server.inject({
        method: "GET",
        url: address,
        headers: { cookie, "muster-purpose": "test" },
      });
      const took = Number(process.hrtime.bigint() - from) / 1e6;
      if (round >= 0) times[name].push(took);
      statuses.add(`${answer.statusCode} ${answer.payload.length}`);
    }
  }
  const signal = mannWhitney(times.hidden, times.absent);
  const noise = mannWhitney(times.absent, times["absent again"]);
  const median = (list: readonly number[]) =>
    (list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0).toFixed(3);
  console.log(
    `${what}: median hidden ${median(times.hidden)} ms, absent ${median(times.absent)} ms, again ${median(times["absent again"])} ms`,
  );
  console.log(`  hidden beside absent: ${told(signal)}   absent beside absent: ${told(noise)}`);
  console.log(`  answers (status and length): ${[...statuses].join(", ")}`);
}

const told = ({ z, p, larger }: Comparison) =>
  `z ${z.toFixed(2)}, p ${p.toFixed(3)}, slower in ${(larger * 100).toFixed(1)} % of pairs`;

interface Comparison {
  readonly z: number;
  /** Two-sided, by the normal approximation; the samples are large. */
  readonly p: number;
  /** Share of pairs in which the first took longer; a half when the times tell nothing. */
  readonly larger: number;
}

/** Rank sum test of two samples. Equal times are too rare at this resolution to correct for. */
function mannWhitney(one: readonly number[], other: readonly number[]): Comparison {
  const ranked = [
    ...one.map((time) => ({ time, isOne: true })),
    ...other.map((time) => ({ time, isOne: false })),
  ];
  ranked.sort((a, b) => a.time - b.time);
  const rankSum = ranked.reduce((sum, { isOne }, at) => (isOne ? sum + at + 1 : sum), 0);
  const pairs = one.length * other.length;
  const u = rankSum - (one.length * (one.length + 1)) / 2;
  const z = (u - pairs / 2) / Math.sqrt((pairs * (one.length + other.length + 1)) / 12);
  return { z, p: 2 * upperTail(Math.abs(z)), larger: u / pairs };
}

/** Of the standard normal distribution; Abramowitz and Stegun 26.2.17, exact to 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const sum =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

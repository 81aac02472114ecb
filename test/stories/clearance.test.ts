import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entitle } from "../../src/capabilities/feeds/index.ts";
import type { Operation } from "../../src/capabilities/operations/index.ts";
import { applyClearance, openReadingScope, streamThreats } from "../../src/capabilities/threats/index.ts";
import { asCaller } from "../../src/platform/postgres/caller.ts";
import { transaction } from "../../src/platform/postgres/transaction.ts";
import { withDatabase } from "../support/database.ts";
import { openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { anOperationFile, aSource, type Intake, listContradictions, openIntake } from "../support/intake.ts";

/** What closed sources said under TLP:RED, and who learns of it when they clear parts of it. */

const COUNTRIES = ["ID", "MY", "SG"] as const;
const VALUES = ["a.example", "b.example", "c.example", "d.example", "e.example"] as const;
/** What each delivery says; the second repeats part of the first word for word, the last is another source's. */
const DELIVERIES = [
  { source: "closed", values: VALUES.slice(0, 3) },
  { source: "closed", values: VALUES.slice(2, 5) },
  { source: "silent", values: VALUES },
] as const;
const SOURCES = ["closed", "silent"] as const;
const LATER = "2099-01-01T00:00:00.000Z";

const database = withDatabase();
const defects: unknown[] = [];
let http: TestServer;
let world: World;
beforeAll(async () => {
  http = await openTestServer(database(), defects);
  await aWorld("elsewhere");
  world = await aWorld("quiet");
}, 60_000);
afterAll(async () => {
  await world.intake.close();
  await http.close();
  expect(defects).toEqual([]);
});

interface World {
  readonly operation: Operation;
  readonly intake: Intake;
  readonly desk: SignedIn;
  readonly partners: Readonly<Record<string, SignedIn>>;
  readonly readers: ReadonlyMap<string, SignedIn>;
  readonly deliveries: readonly string[];
  readonly codes: ReadonlyMap<string, string>;
  readonly threats: ReadonlyMap<string, string>;
}

/** As the desk of every operation, which connections without a caller are in tests only until a request used them. */
const numbers = `{${Array.from({ length: 100 }, (_, at) => at + 1).join(",")}}`;
const aWorld = (id: string) =>
  asCaller({ desk: numbers, operations: numbers, officer: "1" }, () => makeWorld(id));

async function makeWorld(id: string): Promise<World> {
  const file = anOperationFile({ id });
  const intake = await openIntake(database(), { file, tables: "none" });
  const received: number[] = [];
  for (const [at, { source, values }] of DELIVERIES.entries()) {
    const rows = ["indicator,malware", ...values.map((value) => `${value},said-by-${source}`), ""];
    const taken = await intake.deliver(aSource(source), `${at}.csv`, rows.join("\n"), {
      role: "c2",
      tlp: "RED",
    });
    expect(taken.state).toBe("done");
    received.push(taken.id);
  }
  const operation = await intake.operation();
  const owner = database().pool("owner");
  const pairs = async (sql: string, parameter: unknown) =>
    new Map(
      (await owner.query<{ name: string; id: string }>(sql, [parameter])).rows.map((row) => [
        row.name,
        row.id,
      ]),
    );
  const ids = await pairs(
    "select id::text as name, public_id as id from feeds.delivery where operation = $1",
    operation.id,
  );
  const member = (role: "partner" | "coordinator" | "national-officer", more = {}) =>
    http.officer({ roles: [{ operation: operation.id, role, ...more }], steppedUp: true });
  const readers = new Map<string, SignedIn>();
  for (const country of COUNTRIES) readers.set(country, await member("national-officer", { country }));
  return {
    operation,
    intake,
    desk: await member("coordinator"),
    partners: {
      closed: await member("partner", { source: "closed" }),
      silent: await member("partner", { source: "silent" }),
    },
    readers,
    deliveries: received.map((number) => ids.get(String(number)) ?? ""),
    codes: await pairs(
      "select external_id as name, code as id from feeds.source where operation = $1",
      operation.id,
    ),
    threats: await pairs("select value as name, id from threats.threat where operation = $1", operation.id),
  };
}

/** What the officer may read, as `value said by source`, from the rows that the database lets him have. */
async function readBy(world: World, officer: SignedIn, country: string): Promise<string[]> {
  return asCaller(await entitle(database().pool("gate"), officer.id), () =>
    transaction(database().pool("app"), async (db) => {
      const said: string[] = [];
      const scope = await openReadingScope(db, world.operation, { kind: "country", country }, Date.now());
      for await (const threat of streamThreats(db, scope))
        for (const { source } of threat.assertions) said.push(`${threat.value} ${source.externalId}`);
      const rows = await db.query<{ threats: number; assertions: number; counted: number }>(
        `select (select count(*)::integer from threats.threat where operation = $1) as threats,
                (select count(*)::integer from threats.assertion) as assertions,
                (select coalesce(sum(threats), 0)::integer from threats.counter where operation = $1) as counted`,
        [world.operation.id],
      );
      const values = new Set(said.map((line) => line.split(" ")[0])).size;
      expect(rows.rows).toEqual([{ threats: values, assertions: said.length, counted: values }]);
      return said.sort();
    }),
  );
}

async function applyAll(world: World): Promise<void> {
  const { rows } = await database()
    .pool("owner")
    .query<{ id: number }>(
      "select id from feeds.clearance where state = 'granted' and applied_at is null order by id",
    );
  for (const { id } of rows) await applyClearance(world.intake.here, id);
}

const base = ({ operation }: World) => `/operations/${operation.code}/clearances`;

/** One request and what became of it. */
interface Step {
  readonly source: (typeof SOURCES)[number];
  /** Place of a delivery of the source, or values. */
  readonly scope: { readonly delivery: number } | { readonly values: readonly string[] };
  readonly asked: readonly string[];
  readonly answer: "none" | "refuse" | "grant";
  readonly granted: readonly string[];
  readonly grantedValues: readonly string[];
  readonly end: "stays" | "expires" | "is withdrawn";
}

const some = <T>(of: readonly T[]) => fc.subarray([...of], { minLength: 1 });
const steps: fc.Arbitrary<Step> = fc.constantFrom(...SOURCES).chain((source) => {
  const deliveries = DELIVERIES.flatMap((delivery, at) => (delivery.source === source ? [at] : []));
  return fc.record({
    source: fc.constant(source),
    scope: fc.oneof(
      fc.record({ delivery: fc.constantFrom(...deliveries) }),
      fc.record({ values: some(VALUES) }),
    ),
    asked: some(COUNTRIES),
    answer: fc.constantFrom("none", "refuse", "grant", "grant", "grant"),
    granted: some(COUNTRIES),
    grantedValues: some(VALUES),
    end: fc.constantFrom("stays", "stays", "expires", "is withdrawn"),
  });
});

/** Does the step over the API and returns what it opens, as `country value source`. */
async function take(world: World, step: Step): Promise<string[]> {
  const { source, scope } = step;
  const ids = (values: readonly string[]) => values.map((value) => world.threats.get(value) ?? "");
  const asked = await world.desk.send("POST", base(world), {
    scope:
      "delivery" in scope
        ? { delivery: world.deliveries[scope.delivery] }
        : { source: world.codes.get(source), threats: ids(scope.values) },
    countries: step.asked,
    reason: "needed for the arrests",
    answerBy: LATER,
  });
  expect(asked.status).toBe(201);
  const { id } = asked.body as { id: string }; // the answer's schema says so
  const countries = step.granted.filter((country) => step.asked.includes(country));
  const values =
    "delivery" in scope
      ? (DELIVERIES[scope.delivery]?.values ?? [])
      : scope.values.filter((value) => step.grantedValues.includes(value));
  if (step.answer === "none" || countries.length === 0 || values.length === 0) return [];
  const answer =
    step.answer === "refuse"
      ? { answer: "refuse" }
      : {
          answer: "grant",
          countries,
          until: LATER,
          ...("delivery" in scope ? {} : { threats: ids(values) }),
        };
  const answered = await world.partners[source]?.send("POST", `${base(world)}/${id}/answer`, answer);
  expect(answered).toMatchObject({ status: 200 });
  if (step.answer === "refuse") return [];
  await applyAll(world);
  if (step.end === "is withdrawn")
    expect(await world.partners[source]?.send("POST", `${base(world)}/${id}/withdraw`)).toMatchObject({
      status: 200,
      body: { state: "withdrawn" },
    });
  if (step.end === "expires")
    await database()
      .pool("owner")
      .query("update feeds.clearance set granted_until = now() - interval '1 second' where public_id = $1", [
        id,
      ]);
  if (step.end !== "stays") return [];
  return countries.flatMap((country) => values.map((value) => `${country} ${value} ${source}`));
}

describe("clearance", () => {
  it("lets each country read exactly what was cleared to it, whatever was asked, refused, withdrawn or expired around it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (taken) => {
        // What was granted before is over; the audiences it made stay.
        await database()
          .pool("owner")
          .query("update feeds.clearance set state = 'withdrawn' where state = 'granted'");
        const open = new Set<string>();
        for (const step of taken) for (const line of await take(world, step)) open.add(line);
        for (const country of COUNTRIES) {
          const expected = [...open].filter((line) => line.startsWith(country)).map((line) => line.slice(3));
          const officer = world.readers.get(country);
          if (officer === undefined) throw new Error("no reader");
          expect(await readBy(world, officer, country)).toEqual(expected.sort());
        }
        expect(await listContradictions(database().pool("owner"))).toEqual([]);
      }),
      { numRuns: 25, seed: 20261122 },
    );
  }, 120_000);
});

describe("a request for clearance", () => {
  const ask = (changes = {}) =>
    world.desk.send("POST", base(world), {
      scope: { delivery: world.deliveries[0] },
      countries: ["ID"],
      reason: "needed for the arrests",
      answerBy: LATER,
      ...changes,
    });
  const idOf = async (changes = {}) => ((await ask(changes)).body as { id: string }).id; // the answer's schema says so

  it("is answered by the source alone: to other sources and to countries it does not exist, and the desk may not answer", async () => {
    const id = await idOf();
    const grant = { answer: "grant", countries: ["ID"], until: LATER };
    const indonesia = world.readers.get("ID");
    for (const officer of [world.partners.silent, indonesia]) {
      const hidden = await officer?.send("POST", `${base(world)}/${id}/answer`, grant);
      const absent = await officer?.send(
        "POST",
        `${base(world)}/00000000-0000-4000-8000-000000000000/answer`,
        grant,
      );
      expect(hidden?.status).toBe(404);
      expect(hidden?.text).toBe(absent?.text);
      expect((await officer?.get(`${base(world)}/${id}`))?.status).toBe(404);
      expect((await officer?.get(base(world)))?.text).not.toContain(id);
    }
    expect((await world.desk.send("POST", `${base(world)}/${id}/answer`, grant)).status).toBe(403);
    expect((await world.partners.closed?.get(`${base(world)}/${id}`))?.body).toMatchObject({
      state: "asked",
    });
  });

  it("cannot be answered by the desk in the database either", async () => {
    const id = await idOf();
    const changed = await asCaller(await entitle(database().pool("gate"), world.desk.id), () =>
      database()
        .pool("app")
        .query("update feeds.clearance set state = 'refused', answered_at = now() where public_id = $1", [
          id,
        ]),
    );
    expect(changed.rowCount).toBe(0);
  });

  it("counts as refused when its time has passed", async () => {
    const id = await idOf();
    await database()
      .pool("owner")
      .query("update feeds.clearance set answer_by = now() - interval '1 minute' where public_id = $1", [id]);
    const { closed } = world.partners;
    expect((await closed?.get(`${base(world)}/${id}`))?.body).toMatchObject({ state: "no-answer" });
    const late = await closed?.send("POST", `${base(world)}/${id}/answer`, {
      answer: "grant",
      countries: ["ID"],
      until: LATER,
    });
    expect(late?.status).toBe(409);
  });

  it("is granted no further than it was asked, and once", async () => {
    const threat = world.threats.get("a.example");
    const other = world.threats.get("b.example");
    const id = await idOf({ scope: { source: world.codes.get("closed"), threats: [threat] } });
    const { closed } = world.partners;
    const answer = (more: object) =>
      closed?.send("POST", `${base(world)}/${id}/answer`, {
        answer: "grant",
        countries: ["ID"],
        until: LATER,
        ...more,
      });
    expect((await answer({ countries: ["ID", "MY"] }))?.status).toBe(400);
    expect((await answer({ threats: [other] }))?.status).toBe(400);
    expect((await answer({ until: "2020-01-01T00:00:00.000Z" }))?.status).toBe(400);
    expect((await answer({}))?.status).toBe(200);
    expect((await answer({}))?.status).toBe(409);
  });

  it("names nothing that the source did not say", async () => {
    const { rows } = await database()
      .pool("owner")
      .query<{ id: string }>("select id from threats.threat where operation <> $1 limit 1", [
        world.operation.id,
      ]);
    const answer = await ask({ scope: { source: world.codes.get("closed"), threats: [rows[0]?.id] } });
    expect(answer.status).toBe(404);
    expect((await ask({ countries: ["FR"] })).status).toBe(400);
  });

  it("needs the officer of the source to confirm that it is he", async () => {
    const id = await idOf();
    const hasty = await http.officer({
      roles: [{ operation: world.operation.id, role: "partner", source: "closed" }],
    });
    const answer = await hasty.send("POST", `${base(world)}/${id}/answer`, { answer: "refuse" });
    expect(answer).toMatchObject({ status: 403, body: { code: "people.step_up" } });
  });
});

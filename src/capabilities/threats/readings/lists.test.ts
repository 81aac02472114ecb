import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asCaller } from "#platform/postgres/caller.ts";
import { createTestDatabase } from "../../../../test/support/database.ts";
import { openTestServer, type SignedIn, type TestServer } from "../../../../test/support/http.ts";
import { aSource, type Intake, openIntake, withIntake } from "../../../../test/support/intake.ts";
import { mergeThreats, undoMerge } from "../acts/mergeThreats.ts";
import { updateSearch } from "../acts/updateSearch.ts";
import {
  countThreats as countContract,
  listThreats as listContract,
  searchThreats as searchContract,
} from "../contract.ts";

/** Deliveries are handed in by the desk; a connection that served an officer before is held to what he saw. */
const DESK = { officer: "1", operations: "{1}", desk: "{1}" };
const deliver = (intake: Intake, ...delivery: Parameters<Intake["deliver"]>) =>
  asCaller(DESK, () => intake.deliver(...delivery));
const operationOf = (intake: Intake) => asCaller(DESK, () => intake.operation());

const OPEN = aSource("partner-a", { mayBeNamed: true });
const OTHER = aSource("partner-b");
const CLOSED = aSource("partner-r", { tlp: "RED" });
const defects: unknown[] = [];
afterAll(() => expect(defects).toEqual([]));

/** A house with one operation, a server, a country's officer and an analyst. */
interface Room {
  readonly intake: Intake;
  readonly http: TestServer;
  readonly country: SignedIn;
  readonly desk: SignedIn;
}

async function openRoom(intake: Intake): Promise<Room> {
  const http = await openTestServer(intake.database, defects);
  const { id } = await operationOf(intake);
  return {
    intake,
    http,
    country: await http.officer({ roles: [{ operation: id, role: "national-officer", country: "ID" }] }),
    desk: await http.officer({ roles: [{ operation: id, role: "analyst" }] }),
  };
}

const PATH = "/operations/harbour";
const query = (words: Record<string, string>) => new URLSearchParams(words).toString();

async function list(officer: SignedIn, words: Record<string, string>) {
  const { status, body, text } = await officer.get(`${PATH}/threats?${query(words)}`);
  expect({ status, text }).toMatchObject({ status: 200 });
  return listContract.response.parse(body);
}

async function count(officer: SignedIn, words: Record<string, string> = {}) {
  return countContract.response.parse((await officer.get(`${PATH}/threats/counts?${query(words)}`)).body);
}

async function search(officer: SignedIn, q: string) {
  const { status, body, text } = await officer.get(`${PATH}/search?${query({ q })}`, {
    "muster-purpose": "investigation",
  });
  expect({ status, text }).toMatchObject({ status: 200 });
  return searchContract.response.parse(body);
}

/** Every page; `between` is done before each but the first. */
async function walk(
  officer: SignedIn,
  words: Record<string, string>,
  between?: (page: number) => Promise<unknown>,
) {
  const threats: Awaited<ReturnType<typeof list>>["threats"] = [];
  let after: string | null = null;
  for (let page = 0; page === 0 || after !== null; page++) {
    if (page > 0) await between?.(page);
    const found = await list(officer, after === null ? words : { ...words, after });
    threats.push(...found.threats);
    after = found.next;
  }
  return threats;
}

const lines = (values: readonly string[]) => `value\n${values.join("\n")}\n`;
const hosts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `host-${from + at}.example`);

describe("lists and counts", () => {
  const intake = withIntake({ tables: "none" });
  let room: Room;
  beforeAll(async () => {
    room = await openRoom(intake());
    await deliver(intake(), OPEN, "open.csv", lines(hosts(0, 60)), { role: "c2" });
    await deliver(intake(), OTHER, "other.csv", lines([...hosts(40, 70), "198.18.5.1"]), {
      role: "phishing",
    });
    await deliver(intake(), CLOSED, "closed.csv", lines(hosts(50, 130)), { role: "c2" });
  }, 60_000);
  afterAll(() => room.http.close());

  it("give each visible threat once, in the order of ids, and counts that equal the walk, for any filter and size", async () => {
    const filters = fc.record(
      {
        role: fc.constantFrom("c2", "phishing", "spam"),
        type: fc.constantFrom("domain-name", "ipv4-addr"),
        country: fc.constantFrom("none", "ID"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.integer({ min: 7, max: 60 }),
        fc.constantFrom("country", "desk"),
        async (filter, size, who) => {
          const officer = who === "desk" ? room.desk : room.country;
          const ids = (await walk(officer, { ...filter, size: String(size) })).map(({ id }) => id);
          expect(ids).toEqual([...new Set(ids)].sort());
          expect((await count(officer, filter)).threats).toBe(ids.length);
        },
      ),
      { numRuns: 15, seed: 20261115 },
    );
    expect((await count(room.country)).byRole).toEqual([
      { role: "c2", threats: 60 },
      { role: "phishing", threats: 31 },
    ]);
    expect((await count(room.desk)).byRole[0]).toEqual({ role: "c2", threats: 130 });
  });

  it("tell of sources and origins only those whose words are visible", async () => {
    const [threat] = (await walk(room.country, { role: "c2" })).filter(
      ({ value }) => value === "host-55.example",
    );
    expect(threat).toMatchObject({ sources: 1, origins: 1 });
    const [whole] = (await walk(room.desk, { role: "c2" })).filter(
      ({ value }) => value === "host-55.example",
    );
    expect(whole).toMatchObject({ sources: 2 });
  });

  it("count a merged threat as the one it was merged into, and as itself for who may not see that one", async () => {
    const pool = intake().database.pool("app");
    const all = await walk(room.desk, { role: "c2", size: "200" });
    const idOf = (value: string) => all.find((threat) => threat.value === value)?.id ?? "";
    const { id } = await operationOf(intake());
    const before = await count(room.country);
    const visible = await asCaller(DESK, () =>
      mergeThreats(pool, {
        operation: id,
        kept: idOf("host-1.example"),
        merged: idOf("host-2.example"),
        reason: "one server",
        officer: "test",
      }),
    );
    const hidden = await asCaller(DESK, () =>
      mergeThreats(pool, {
        operation: id,
        kept: idOf("host-100.example"),
        merged: idOf("host-3.example"),
        reason: "one server",
        officer: "test",
      }),
    );
    const after = await count(room.country);
    expect(after.threats).toBe(before.threats - 1);
    const walked = await walk(room.country, { size: "20" });
    expect(walked).toHaveLength(after.threats);
    expect(walked.map(({ value }) => value)).toContain("host-3.example");
    expect(walked.find(({ value }) => value === "host-1.example")).toMatchObject({ merged: 1 });
    expect(await search(room.country, "host-2.example")).toMatchObject({
      threats: [{ value: "host-1.example" }],
    });
    expect((await count(room.desk)).threats).toBe((await walk(room.desk, { size: "200" })).length);
    await asCaller(DESK, () => undoMerge(pool, { operation: id, merge: visible, officer: "test" }));
    await asCaller(DESK, () => undoMerge(pool, { operation: id, merge: hidden, officer: "test" }));
    expect(await count(room.country)).toEqual(before);
  });

  it("refuse a cursor of another officer, another filter and another house, and one that is none, all in the same words", async () => {
    const { next } = await list(room.country, { size: "5" });
    expect(next).toMatch(/^[\w-]{59}$/);
    const second = await room.http.officer({
      roles: [{ operation: (await operationOf(intake())).id, role: "national-officer", country: "ID" }],
    });
    const refused = await Promise.all([
      second.get(`${PATH}/threats?${query({ size: "5", after: next ?? "" })}`),
      room.country.get(`${PATH}/threats?${query({ size: "5", role: "c2", after: next ?? "" })}`),
      room.country.get(`${PATH}/threats?${query({ after: "x".repeat(59) })}`),
      room.country.get(`${PATH}/threats?${query({ after: "00000000-0000-4000-8000-000000000000" })}`),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1);
    await intake().database.pool("owner").query("update platform.house_secret set secret = sha256(secret)");
    expect((await room.country.get(`${PATH}/threats?${query({ size: "5", after: next ?? "" })}`)).text).toBe(
      refused[0]?.text,
    );
  });

  it("show each threat that was there from the beginning exactly once while deliveries arrive between the pages", async () => {
    const before = (await walk(room.country, { size: "200" })).map(({ id }) => id);
    const seen = (
      await walk(room.country, { size: "25" }, async (page) => {
        if (page > 3) return;
        const values = [...hosts(1000 * page, 1000 * page + 12), ...hosts(page * 7, page * 7 + 9)];
        await deliver(intake(), page % 2 === 0 ? OPEN : CLOSED, `more-${page}.csv`, lines(values), {
          role: "c2",
        });
      })
    ).map(({ id }) => id);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
    expect((await walk(room.country, { size: "30" })).length).toBe((await count(room.country)).threats);
  });
});

describe("search", () => {
  const intake = withIntake({ tables: "none" });
  let room: Room;
  const texts = ["evil.example", "http://pay.evil.example/Login?id=7", "203.0.113.77", "other.example"];
  beforeAll(async () => {
    room = await openRoom(intake());
    const rows = texts.map((value, at) => `${value},https://reports.example/case-${at}`);
    await deliver(intake(), OPEN, "open.csv", `value,reference\n${rows.join("\n")}\n`, { role: "phishing" });
    await deliver(
      intake(),
      CLOSED,
      "closed.csv",
      `value,reference\nhidden-evil.example,https://reports.example/closed\nother.example,https://reports.example/closed\n`,
      { role: "phishing" },
    );
  }, 60_000);
  afterAll(() => room.http.close());

  it("finds a whole value at once, defanged too, before the worker has read the texts", async () => {
    for (const q of [
      "evil.example",
      "EVIL[.]example",
      "203[.]0[.]113[.]77",
      "hxxp://pay[.]evil[.]example/Login?id=7",
    ])
      expect((await search(room.country, q)).threats, q).toHaveLength(1);
    expect((await search(room.country, "pay.evil")).threats).toHaveLength(0);
  });

  it("finds fragments of values and references once the worker has been there, and nothing of what is hidden", async () => {
    const { id } = await operationOf(intake());
    await updateSearch(intake().database.pool("worker"), id);
    await updateSearch(intake().database.pool("worker"), id);
    const values = async (officer: SignedIn, q: string) =>
      (await search(officer, q)).threats.map(({ value }) => value).sort();
    expect(await values(room.country, "evil")).toEqual([texts[0], texts[1]]);
    expect(await values(room.country, "/login?id")).toEqual([texts[1]]);
    expect(await values(room.country, "pay[.]evil")).toEqual([texts[1]]);
    expect(await values(room.country, "case-3")).toEqual([texts[3]]);
    expect(await values(room.country, "reports.example/closed")).toEqual([]);
    expect(await values(room.country, "hidden-evil.example")).toEqual([]);
    expect(await values(room.desk, "closed")).toEqual(["hidden-evil.example", "other.example"]);
    expect((await search(room.country, "case-3")).threats[0]).toMatchObject({
      found: ["reference"],
      sources: 1,
    });
  });

  it("shows a hundred and says that there is more", async () => {
    const { id } = await operationOf(intake());
    await deliver(
      intake(),
      OPEN,
      "many.csv",
      lines(Array.from({ length: 250 }, (_, at) => `many-${at}.example`)),
      { role: "c2" },
    );
    await updateSearch(intake().database.pool("worker"), id);
    const found = await search(room.country, "many-");
    expect([found.threats.length, found.more]).toEqual([100, true]);
    const narrower = await search(room.country, "many-1");
    expect([narrower.threats.length, narrower.more]).toEqual([100, true]);
    const few = await search(room.country, "many-24");
    expect([few.threats.length, few.more]).toEqual([11, false]);
    expect((await search(room.country, "many-24.example")).threats[0]).toMatchObject({
      value: "many-24.example",
    });
  });

  it("takes %, _ and quotes for themselves, and asks for three characters and a purpose", async () => {
    for (const q of ["e%e", "e_il", "l'ex", "evil\\"])
      expect((await search(room.desk, q)).threats).toEqual([]);
    const refused = await room.country.get(`${PATH}/search?q=ab`, { "muster-purpose": "investigation" });
    expect(refused.status).toBe(400);
    const without = await room.country.get(`${PATH}/search?q=abc`);
    expect(without.status).toBe(400);
  });

  it("still finds everything, once, after crowded rows were put together", async () => {
    const { id } = await operationOf(intake());
    const owner = intake().database.pool("owner");
    const rows = async () =>
      (await owner.query<{ rows: number }>("select count(*) as rows from threats.searchable_value")).rows[0]
        ?.rows ?? 0;
    const before = await search(room.country, "many-24");
    const first = await rows();
    await owner.query(
      "insert into threats.searchable_value select searchable_value.* from threats.searchable_value, generate_series(1, 9)",
    );
    expect(await rows()).toBe(10 * first);
    await updateSearch(intake().database.pool("worker"), id);
    expect(await rows()).toBeLessThanOrEqual(first);
    expect(await search(room.country, "many-24")).toEqual(before);
    expect((await search(room.country, "case-3")).threats).toHaveLength(1);
  });
});

describe("hidden rows", () => {
  it("change no byte of any list, count or search", async () => {
    const answers = await Promise.all(
      [true, false].map(async (withHidden) => {
        const database = await createTestDatabase();
        const intake = await openIntake(database, { tables: "none" });
        const room = await openRoom(intake);
        try {
          const secret = Buffer.alloc(32, 7);
          await database.pool("owner").query("update platform.house_secret set secret = $1", [secret]);
          await database
            .pool("owner")
            .query("update people.officer set public_id = $1 where id = $2", [
              "11111111-1111-4111-8111-111111111111",
              room.country.id,
            ]);
          const hidden = async (name: string, values: readonly string[]) => {
            if (withHidden) await deliver(intake, CLOSED, name, lines(values), { role: "c2" });
          };
          await hidden("first.csv", hosts(0, 50));
          await deliver(intake, OPEN, "open.csv", lines(hosts(20, 70)), { role: "c2" });
          await hidden("between.csv", [...hosts(60, 90), "203.0.113.9"]);
          await deliver(intake, OTHER, "other.csv", lines(hosts(30, 45)), { role: "c2" });
          await hidden("last.csv", hosts(10, 40));
          await updateSearch(database.pool("worker"), (await operationOf(intake)).id);
          const texts: string[] = [];
          for (const words of [{ size: "9" }, { size: "9", role: "c2" }, { size: "40", type: "ipv4-addr" }]) {
            let after: string | null = null;
            do {
              const { text, body } = await room.country.get(
                `${PATH}/threats?${query(after === null ? words : { ...words, after })}`,
              );
              texts.push(text);
              after = listContract.response.parse(body).next;
            } while (after !== null);
          }
          for (const path of [
            "threats/counts",
            "threats/counts?role=c2",
            "search?q=host-1",
            "search?q=203.0",
            "search?q=example",
          ])
            texts.push(
              (await room.country.get(`${PATH}/${path}`, { "muster-purpose": "investigation" })).text,
            );
          return texts;
        } finally {
          await room.http.close();
          await intake.close();
          await database.close();
        }
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.length).toBeGreaterThan(15);
  }, 60_000);
});

import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { withDatabase } from "../../../test/support/database.ts";
import { asCaller } from "../postgres/caller.ts";
import { Problem } from "../problem.ts";
import { bind } from "./handler.ts";
import { buildServer } from "./server.ts";

const database = withDatabase();
let server: FastifyInstance;
const defects: unknown[] = [];

/** One thing that is made, read and changed, as slowly as a test wants. */
const thing = { made: 0, name: "first", hidden: 0, waitMs: 0, fails: null as unknown };
const Thing = z.object({ name: z.string() });
const access = { for: "officer" } as const;
const params = z.strictObject({ thing: z.string() });

const bindings = [
  bind(
    {
      id: "test.make",
      method: "POST",
      path: "/things",
      summary: "makes",
      access,
      body: z.strictObject({ name: z.string() }),
      response: z.object({ made: z.int() }),
      created: true,
    },
    async (_request, _caller: string) => {
      const made = ++thing.made;
      await sleep(thing.waitMs);
      if (thing.fails !== null) throw thing.fails;
      return { made };
    },
  ),
  bind(
    {
      id: "test.take",
      method: "POST",
      path: "/bytes",
      summary: "takes",
      access,
      body: "bytes",
      response: z.object({ bytes: z.int() }),
      created: true,
    },
    async ({ body }, _caller: string) => {
      thing.made++;
      let bytes = 0;
      for await (const chunk of body) bytes += chunk.length;
      return { bytes };
    },
  ),
  bind(
    {
      id: "test.read",
      method: "GET",
      path: "/things/:thing",
      summary: "reads",
      access,
      params,
      response: Thing,
    },
    async ({ params: { thing: id } }, _caller: string) => {
      if (id !== "one") throw new Problem("not-found", { code: "test.none", say: "none" });
      return { name: thing.name, hidden: thing.hidden };
    },
  ),
  bind(
    {
      id: "test.change",
      method: "PUT",
      path: "/things/:thing",
      summary: "changes",
      access,
      params,
      body: z.strictObject({ name: z.string() }),
      response: Thing,
      versioned: true,
    },
    async ({ body }, _caller: string) => {
      await sleep(thing.waitMs);
      thing.name = body.name;
      return { name: thing.name };
    },
  ),
];

beforeAll(async () => {
  server = await buildServer<string>({
    bindings,
    writes: database().pool("app"),
    onDefect: (error) => void defects.push(error),
    gatekeeper: {
      enter: (_route, { headers }, visit) =>
        asCaller({ officer: headers["x-officer"] ?? "1" }, async () => {
          visit.parse();
          await visit.answer("caller");
          await visit.send();
        }),
    },
  });
});
afterAll(() => server.close());
beforeEach(() => Object.assign(thing, { made: 0, name: "first", hidden: 0, waitMs: 0, fails: null }));

const make = (key: string | null, body: object | Buffer = { name: "a" }, headers = {}) =>
  server.inject({
    method: "POST",
    url: body instanceof Buffer ? "/bytes" : "/things",
    payload: body,
    headers: {
      "content-type": body instanceof Buffer ? "application/octet-stream" : "application/json",
      ...(key === null ? {} : { "idempotency-key": key }),
      ...headers,
    },
  });
const change = (etag: string | null, name: string, id = "one") =>
  server.inject({
    method: "PUT",
    url: `/things/${id}`,
    payload: { name },
    headers: etag === null ? {} : { "if-match": etag },
  });
const read = (headers = {}) => server.inject({ method: "GET", url: "/things/one", headers });

describe("a write with an Idempotency-Key", () => {
  it("is refused without one, or with one that is none", async () => {
    expect((await make(null)).json()).toMatchObject({ status: 400, code: "http.key_missing" });
    for (const key of ["has space", "é", "x".repeat(201)])
      expect((await make(key)).json()).toMatchObject({ status: 400, code: "http.key_invalid" });
    expect(thing.made).toBe(0);
  });

  it("has one effect, and every repeat gets the first answer", async () => {
    const answers = [await make("k1"), await make("k1"), await make("k1")];
    for (const answer of answers) expect([answer.statusCode, answer.body]).toEqual([201, '{"made":1}']);
    expect((await make("k2")).json()).toEqual({ made: 2 });
  });

  it("has one effect also when two arrive at once: the second is told to ask again", async () => {
    thing.waitMs = 500;
    const first = make("k3");
    const answers = await Promise.all([make("k3"), make("k3"), first]);
    for (const { statusCode, body } of answers) {
      expect([201, 409]).toContain(statusCode);
      if (statusCode === 201) expect(body).toBe('{"made":1}');
    }
    const waiting = answers.find(({ statusCode }) => statusCode === 409);
    expect(waiting?.json()).toMatchObject({ code: "http.under_way" });
    expect(waiting?.headers["retry-after"]).toBe("1");
    expect((await make("k3")).json()).toEqual({ made: 1 });
    expect(thing.made).toBe(1);
  });

  it("keeps its key for its request: another one is refused, also another file", async () => {
    await make("k4");
    expect((await make("k4", { name: "b" })).json()).toMatchObject({ status: 422, code: "http.key_reused" });
    expect((await make("k5", Buffer.from("abc"))).json()).toEqual({ bytes: 3 });
    expect((await make("k5", Buffer.from("abc"))).json()).toEqual({ bytes: 3 });
    expect((await make("k5", Buffer.from("abd"))).json()).toMatchObject({ status: 422 });
    expect(thing.made).toBe(2);
  });

  it("is its officer's alone: the same key of another is another", async () => {
    await make("k6", { name: "a" }, { "x-officer": "1" });
    expect((await make("k6", { name: "b" }, { "x-officer": "2" })).json()).toEqual({ made: 2 });
  });

  it("may be sent again after a refusal, and not when nobody knows whether it was done", async () => {
    thing.fails = new Problem("conflict", { code: "test.no", say: "no" });
    expect((await make("k7")).statusCode).toBe(409);
    thing.fails = null;
    expect((await make("k7")).statusCode).toBe(201);
    thing.fails = new Error("the program broke after it was done");
    expect((await make("k8")).statusCode).toBe(500);
    thing.fails = null;
    expect((await make("k8")).json()).toMatchObject({ status: 409, code: "http.outcome_unknown" });
    expect(thing.made).toBe(3);
    expect(defects.splice(0)).toHaveLength(1);
  });

  it("is forgotten after a day, and known as cut off when its program ended in the middle", async () => {
    const owner = database().pool("owner");
    await make("k9");
    await owner.query("update platform.answered_request set asked_at = now() - interval '25 hours'");
    expect((await make("k9")).json()).toEqual({ made: 2 });
    await owner.query(
      "update platform.answered_request set status = null, alive_at = now() - interval '31 seconds'",
    );
    expect((await make("k9")).json()).toMatchObject({ code: "http.outcome_unknown" });
  });
});

describe("a reading", () => {
  it("has a validator made from what the reader gets: what he does not see does not move it", async () => {
    const first = await read();
    thing.hidden++;
    const second = await read({ "if-none-match": `"x", ${String(first.headers.etag)}` });
    expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, "", first.headers.etag]);
    thing.name = "other";
    const third = await read({ "if-none-match": String(first.headers.etag) });
    expect([third.statusCode, third.body]).toEqual([200, '{"name":"other"}']);
    expect(third.headers.etag).not.toBe(first.headers.etag);
  });
});

describe("a change", () => {
  it("is of the version that was read; otherwise both versions are shown and nothing is done", async () => {
    const etag = String((await read()).headers.etag);
    thing.hidden++; // no version of his
    expect((await change(etag, "second")).json()).toEqual({ name: "second" });
    const late = await change(etag, "third");
    expect(late.json()).toMatchObject({
      status: 412,
      code: "http.changed_meanwhile",
      yours: { name: "third" },
      current: { name: "second" },
    });
    expect(thing.name).toBe("second");
    expect((await change(String(late.headers.etag), "third")).statusCode).toBe(200);
    expect((await change(null, "fourth")).json()).toMatchObject({ status: 428 });
    expect((await change(`W/${String((await read()).headers.etag)}`, "fourth")).statusCode).toBe(412);
  });

  it("is one at a time: of two that read the same version one is done", async () => {
    const etag = String((await read()).headers.etag);
    thing.waitMs = 100;
    const answers = await Promise.all([change(etag, "left"), change(etag, "right")]);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    const { rows } = await database().pool("owner").query("select from platform.change_under_way");
    expect(rows).toEqual([]);
  });

  it("of what is not there to see says so, whatever is under way", async () => {
    await database()
      .pool("owner")
      .query("insert into platform.change_under_way (thing_sha256) values (sha256('/things/two'))");
    const hidden = await change('"x"', "a", "two");
    expect([hidden.statusCode, hidden.body]).toEqual([404, (await change('"x"', "a", "three")).body]);
  });
});

describe("a text that no database keeps", () => {
  it("is refused at the door", async () => {
    for (const name of ["a\u0000b", "\ud800"])
      expect((await make("k10", { name })).json()).toMatchObject({ status: 400, code: "http.bad_text" });
    const path = await server.inject({ method: "GET", url: "/things/a%00b" });
    expect(path.json()).toMatchObject({ status: 400, code: "http.bad_text" });
  });
});

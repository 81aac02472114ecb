import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { insertOperation } from "#capabilities/operations/index.ts";
import type { Caller } from "#capabilities/people/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import { type Binding, bind } from "#platform/http/handler.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { withDatabase } from "../../test/support/database.ts";
import { inject, openTestServer, type SignedIn, type TestServer } from "../../test/support/http.ts";
import { openHttpServer } from "./http-server.ts";
import { recordedAs } from "./recording.ts";
import { ROUTES } from "./routes.ts";

/** Readings that stand in no log, each with the reason. A route that is not here is recorded. */
const HARMLESS: Readonly<Record<string, string>> = {
  "people.whoAmI": "an officer reads his own name",
  "operations.listMyOperations": "every screen asks for the operations he is a member of",
  "operations.findMyOperation": "every screen asks for the head of the operation he is in",
  "main.describeApi": "the description of the API holds no content",
  "people.lookAtEnrolment": "anyone may send it, nothing is done, and a flood would fill the log",
  "people.offerFirstPasskey": "a challenge: what is done with it is recorded",
  "people.offerFirstTotp": "a challenge: what is done with it is recorded",
  "people.askForPasskeyAtSignIn": "a challenge: what is done with it is recorded",
  "people.askForPasskeyAtStepUp": "a challenge: what is done with it is recorded",
  "people.leaveForProvider": "a way to the provider: what comes back is recorded",
  "people.leaveForStepUp": "a way to the provider: what comes back is recorded",
};

const params = z.strictObject({ operation: z.string(), thing: z.string() });
const response = z.object({ ok: z.boolean() });
const members = { for: "member", roles: ["analyst"] } as const;
const path = "/operations/:operation/things/:thing";
const readThing = {
  ...{ id: "tests.readThing", method: "GET", path, summary: "A reading", access: members, params, response },
  query: z.strictObject({ q: z.string().optional() }),
} as const satisfies RouteContract;
const searchThings = {
  ...{
    id: "tests.searchThings",
    method: "POST",
    path: `${path}/search`,
    summary: "A search",
    access: members,
  },
  ...{ params, response, audit: "read", purpose: true },
} as const satisfies RouteContract;
const changeThing = {
  ...{ id: "tests.changeThing", method: "POST", path, summary: "An act", access: members, params, response },
} as const satisfies RouteContract;
const releaseThing = {
  ...{
    id: "tests.releaseThing",
    method: "POST",
    path: `${path}/release`,
    summary: "An act",
    params,
    response,
  },
  access: { ...members, stepUp: true },
} as const satisfies RouteContract;

const database = withDatabase();
let enrolling: TestServer;
let server: FastifyInstance;
let analyst: SignedIn;
/** What the log held while an act was being done. */
let seenInside: unknown[] = [];

beforeAll(async () => {
  const operation = await transaction(database().pool("app"), (db) =>
    insertOperation(db, {
      ...{
        id: "harbour",
        name: "Harbour",
        from: "2026-09-01",
        to: "2026-11-30",
        mode: "remote",
        purpose: "test",
      },
      ...{ legalBasis: "none", countries: ["ID", "MY"], sources: [] },
    }),
  );
  enrolling = await openTestServer(database());
  analyst = await enrolling.officer({ roles: [{ operation: operation.id, role: "analyst" }] });
  const answer = async ({ params: { thing } }: { params: { thing: string } }) => {
    seenInside = (await logged()).map(({ outcome }) => outcome);
    if (thing === "hidden") throw new Problem("not-found", { code: "tests.hidden", say: "Not here." });
    if (thing === "taken") throw new Problem("conflict", { code: "tests.taken", say: "Taken." });
    if (thing === "broken") throw new Error("a defect");
    return { ok: true };
  };
  const bindings: Binding<Caller>[] = [readThing, searchThings, changeThing, releaseThing].map((route) =>
    bind(route, answer),
  );
  server = await openHttpServer(
    { database: database(), store: localFileStore("unused"), log: { error: () => undefined } },
    bindings,
  );
});
afterAll(async () => {
  await server.close();
  await enrolling.close();
});

interface Logged {
  readonly act: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly officer: string | null;
  readonly operation: string | null;
  readonly subject: string | null;
  readonly purpose: string | null;
  readonly detail: Record<string, unknown>;
}
async function logged(): Promise<Logged[]> {
  const { rows } = await database()
    .pool("owner")
    .query<Logged>(
      `select act, outcome, code, officer, operation, subject_kind || ' ' || subject_id as subject, purpose, detail
         from audit.entry order by number`,
    );
  return rows;
}
const ask = (method: "GET" | "POST", url: string, headers: Record<string, string> = {}) =>
  inject(server, method, url, undefined, { cookie: analyst.cookie, ...headers });
async function entriesOf(work: () => Promise<unknown>): Promise<Logged[]> {
  const before = (await logged()).length;
  await work();
  return (await logged()).slice(before);
}
const things = "/operations/harbour/things";

describe("the audit log at the edge", () => {
  it("has every route, but for harmless readings that are listed with their reason", () => {
    for (const { route } of ROUTES) {
      if (recordedAs(route) === "none") expect(HARMLESS[route.id], route.id).toBeDefined();
    }
  });

  it("has a reading with who, what, where, for what and from where, before its answer leaves", async () => {
    const { rows } = await database()
      .pool("owner")
      .query<{ id: string }>("select public_id as id from people.officer where id = $1", [analyst.id]);
    expect(await entriesOf(() => ask("GET", `${things}/a?q=x%20y`, { "muster-purpose": "quality" }))).toEqual(
      [
        {
          ...{
            act: "tests.readThing",
            outcome: "done",
            code: null,
            officer: rows[0]?.id,
            operation: "harbour",
          },
          ...{ subject: "thing a", purpose: "quality", detail: { from: "127.0.0.1", query: "q=x+y" } },
        },
      ],
    );
  });

  it("has an act before it is done, and then how it ended", async () => {
    const done = await entriesOf(() => ask("POST", `${things}/a`));
    expect(seenInside.at(-1)).toBe("begun");
    expect(done.map(({ outcome }) => outcome)).toEqual(["begun", "done"]);
    const refused = await entriesOf(() => ask("POST", `${things}/taken`));
    expect(refused.map(({ outcome, code }) => [outcome, code])).toEqual([
      ["begun", null],
      ["refused", "tests.taken"],
    ]);
    const failed = await entriesOf(() => ask("POST", `${things}/broken`));
    expect(failed.map(({ outcome }) => outcome)).toEqual(["begun", "failed"]);
  });

  it("has what was forbidden", async () => {
    const refused = await entriesOf(() => ask("POST", `${things}/a/release`));
    expect(refused.map(({ act, outcome, code }) => [act, outcome, code])).toEqual([
      ["tests.releaseThing", "refused", "people.step_up"],
    ]);
  });

  it("has no search without a purpose of the closed list", async () => {
    for (const headers of [{}, { "muster-purpose": "curiosity" }]) {
      const entries = await entriesOf(async () => {
        const answer = await ask("POST", `${things}/a/search`, headers);
        expect(answer.status).toBe(400);
        expect(answer.body).toMatchObject({ code: "audit.purpose_missing" });
      });
      expect(entries).toEqual([]);
    }
    const searched = await entriesOf(() =>
      ask("POST", `${things}/a/search`, { "muster-purpose": "investigation" }),
    );
    expect(searched).toMatchObject([
      { act: "tests.searchThings", outcome: "done", purpose: "investigation" },
    ]);
  });

  it("is not filled by what is not there and by nobody in particular: that is counted", async () => {
    const entries = await entriesOf(async () => {
      for (let turn = 0; turn < 30; turn++) {
        await ask("GET", `${things}/hidden`);
        await ask("GET", "/operations/nowhere/things/a");
        await inject(server, "GET", `${things}/a`);
      }
    });
    expect(entries).toEqual([]);
    const counted = await entriesOf(() => server.close());
    expect(counted).toMatchObject([
      {
        act: "http.refused",
        code: "http.not_found",
        operation: null,
        detail: { count: 60, from: "127.0.0.1" },
      },
      {
        act: "http.refused",
        code: "people.sign_in",
        officer: null,
        detail: { count: 30, from: "127.0.0.1" },
      },
    ]);
  });
});

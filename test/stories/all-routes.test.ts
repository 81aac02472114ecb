import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type MemberRole, READS_AS } from "../../src/capabilities/people/index.ts";
import { ROUTES } from "../../src/main/routes.ts";
import { localFileStore } from "../../src/platform/files/store.ts";
import { ProblemDocument } from "../../src/platform/http/problem-document.ts";
import type { RouteContract } from "../../src/platform/http/route.ts";
import { createTestDatabase } from "../support/database.ts";
import { inject, type OfficerPlan, openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { valuesOf } from "../support/requests/from-schema.ts";
import {
  escaped,
  hostileBody,
  hostileHeaders,
  hostileSegment,
  hostileText,
} from "../support/requests/hostile.ts";
import { buildWorld } from "../support/worlds/build-world.ts";
import { randomScript } from "../support/worlds/script.ts";
import { type KnownIds, readKnownIds } from "../support/worlds/vocabulary.ts";

// What holds for every route because it is in the list: who is kept out, what is refused, that nothing breaks it.

/** Requests of each kind for each route. `npm run prove -- fuzz` sends a thousand. */
const REQUESTS = Number(process.env.PROVE_FUZZ ?? 12);
const LONG = 86_400_000;

// The keys of the object are the roles.
const MEMBER_ROLES = Object.keys(READS_AS) as MemberRole[];
const routes = ROUTES.map(({ route }) => route);
const guarded = routes.filter(({ access }) => access.for !== "anyone");
const defects: { readonly err?: unknown; readonly route?: string }[] = [];
let http: TestServer;
let ids: KnownIds;
let numbers: ReadonlyMap<string, number>;
let owner: pg.Pool;
let close: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "muster-routes-"));
  const database = await createTestDatabase();
  const store = localFileStore(join(folder, "files"));
  await buildWorld({ database, store, folder }, randomScript("all routes"));
  ids = await readKnownIds(database);
  owner = database.pool("owner");
  const { rows } = await owner.query<{ code: string; id: number }>(
    "select code, id from operations.operation",
  );
  numbers = new Map(rows.map(({ code, id }) => [code, id]));
  http = await openTestServer(database, defects, join(folder, "files"));
  close = async () => {
    await http.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
}, 120_000);
afterAll(() => close());

/** Somebody with every role in "harbour" and every duty, who proved it once more: what he is refused, everybody is. */
const everything = (operation = "harbour"): OfficerPlan => ({
  roles: MEMBER_ROLES.map((role) => ({ operation: numbers.get(operation) ?? 0, role, ...placeOf(role) })),
  duties: ["administrator", "auditor"],
  steppedUp: true,
});

const OF_COUNTRIES: readonly string[] = ["national-officer", "field", "csirt", "prosecutor", "fiu"];
function placeOf(role: string) {
  if (role === "partner") return { source: "partner-a" };
  return OF_COUNTRIES.includes(role) ? { country: "ID" } : {};
}

/** The route's address with these ids, "harbour" where nothing else is said. */
function addressOf(route: RouteContract, params: Readonly<Record<string, string>> = {}): string {
  return route.path.replaceAll(/:(\w+)/g, (_text, name: string) =>
    escaped(params[name] ?? (name === "operation" ? "harbour" : firstOf(name))),
  );
}

function firstOf(parameter: string, of = "harbour"): string {
  const known = [...(ids.get(parameter) ?? [])];
  const own = known.find(([key]) => key.split(" ").includes(of)) ?? known[0];
  return own?.[1] ?? "nothing";
}

const ALWAYS = { "muster-purpose": "coordination" } as const;
let writes = 0;
const keyed = (route: RouteContract): Record<string, string> =>
  route.method === "GET" ? { ...ALWAYS } : { ...ALWAYS, "idempotency-key": `all-routes-${++writes}` };

describe("nobody comes in who should not:", () => {
  it("without a session, with one that never was, ended, or expired, the answer is the same 401 on every guarded route", async () => {
    const ended = await http.officer(everything());
    const expired = await http.officer(everything());
    await owner.query("update people.session set ended_at = now() where officer = $1", [ended.id]);
    await owner.query(
      "update people.session set opened_at = now() - interval '13 hours', expires_at = now() - interval '1 hour' where officer = $1",
      [expired.id],
    );
    for (const route of guarded) {
      const cookies = [
        {},
        { cookie: "muster_session=unknown" },
        { cookie: ended.cookie },
        { cookie: expired.cookie },
      ];
      const answers = await Promise.all(
        cookies.map((cookie) =>
          inject(http.server, route.method, addressOf(route), undefined, { ...keyed(route), ...cookie }),
        ),
      );
      for (const { status, text } of answers)
        expect({ route: route.id, status, text }).toEqual({
          route: route.id,
          status: 401,
          text: answers[0]?.text,
        });
    }
  });

  it.each(MEMBER_ROLES)(
    "a %s is refused wherever that role is not named, hidden or forbidden",
    async (role) => {
      const officer = await http.officer({
        roles: [{ operation: numbers.get("harbour") ?? 0, role, ...placeOf(role) }],
        steppedUp: true,
      });
      for (const route of guarded) {
        const { access } = route;
        const isNamed = "roles" in access ? access.roles.includes(role) : access.for !== "duty";
        if (isNamed) continue;
        const { status } = await ask(officer, route, addressOf(route));
        expect({ route: route.id, status: status === 404 ? 403 : status }).toEqual({
          route: route.id,
          status: 403,
        });
      }
    },
  );

  it("without having proved it once more, whatever needs that is refused", async () => {
    const officer = await http.officer({ ...everything(), steppedUp: false });
    for (const route of guarded.filter(({ access }) => "stepUp" in access && access.stepUp === true)) {
      const { status, text } = await ask(officer, route, addressOf(route));
      expect({ route: route.id, status, isStepUp: text.includes("people.step_up") }).toEqual({
        route: route.id,
        status: 403,
        isStepUp: true,
      });
    }
  });

  it("CVE class: authorise one object, change another. Each id of another operation answers as one that is not there", async () => {
    const officer = await http.officer(everything());
    for (const route of guarded.filter(({ path }) => path.startsWith("/operations/:operation"))) {
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
      for (const name of names.filter((each) => OWNED.includes(each))) {
        const foreign = firstOf(name, "quay");
        const absent = /^[0-9a-f-]{36}$/.test(foreign)
          ? "7d9a3f52-0c1e-4b7a-9e55-d1b0c7a1f00d"
          : "NONE-0000-9";
        const body = fc.sample(bodyOf(route), { numRuns: 1, seed: 7 })[0];
        const [crossed, missing] = await Promise.all(
          [foreign, absent].map((id) => ask(officer, route, addressOf(route, { [name]: id }), body)),
        );
        expect({ route: route.id, name, ...told(crossed) }).toEqual({
          route: route.id,
          name,
          ...told(missing),
        });
        // A list below it is as empty as that of nothing; an act upon it is refused.
        if (route.method !== "GET")
          expect({ route: route.id, name, done: (crossed?.status ?? 0) < 400 }).toEqual({
            route: route.id,
            name,
            done: false,
          });
      }
      // The other way round: an operation that is not his, with ids that are.
      const stranger = await ask(officer, route, addressOf(route, { operation: "quay" }));
      const nowhere = await ask(officer, route, addressOf(route, { operation: "nowhere" }));
      expect({ route: route.id, ...told(stranger) }).toEqual({ route: route.id, ...told(nowhere) });
      expect({ route: route.id, status: stranger.status }).toEqual({ route: route.id, status: 404 });
    }
  });
});

/** Path parameters whose ids belong to one operation. */
const OWNED: readonly string[] = [
  ...[
    "threat",
    "clearance",
    "invitation",
    "deletion",
    "request",
    "figure",
    "merge",
    "delivery",
    "token",
    "decision",
  ],
  ...["reference", "membership"],
];

const told = (answer: { readonly status: number; readonly text: string } | undefined) => ({
  status: answer?.status,
  text: answer?.text,
});

function bodyOf(route: RouteContract): fc.Arbitrary<unknown> {
  if (route.body === undefined) return fc.constant(undefined);
  if (route.body === "bytes") return fc.uint8Array({ maxLength: 100 });
  return valuesOf(
    route.body,
    [...ids.values()].flatMap((known) => [...known.values()].slice(0, 5)),
  );
}

function ask(officer: SignedIn, route: RouteContract, url: string, body?: unknown) {
  return inject(http.server, route.method, url, body, { cookie: officer.cookie, ...keyed(route) });
}

describe("CVE class: mass assignment.", () => {
  const withBody = routes.flatMap((route) =>
    route.body === undefined || route.body === "bytes" ? [] : [{ id: route.id, body: route.body }],
  );
  it.each(withBody)("The body of $id takes no name that it does not know, at any level", ({ body }) => {
    for (const value of fc.sample(valuesOf(body, []), { numRuns: 30, seed: 11 })) {
      if (!z.safeParse(body, value).success) continue;
      for (const path of objectsIn(value))
        for (const name of ["isAdmin", "officer_id"]) {
          const changed = withName(value, path, name);
          expect({ path, name, success: z.safeParse(body, changed).success }).toEqual({
            path,
            name,
            success: false,
          });
        }
    }
  });
});

/** What an authenticator adds is named by its maker (WebAuthn); nothing of it is kept. */
const FREE = "clientExtensionResults";

/** Paths of every object inside, the outermost first; records of free names have none that is unknown. */
function objectsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => objectsIn(each, [...path, at]));
  if (typeof value !== "object" || value === null) return [];
  if (path.at(-1) === FREE) return [];
  return [path, ...Object.entries(value).flatMap(([name, each]) => objectsIn(each, [...path, name]))];
}

function withName(value: unknown, [first, ...rest]: readonly (string | number)[], name: string): unknown {
  if (first === undefined) return { ...Object(value), [name]: "planted" };
  if (Array.isArray(value))
    return value.map((each, at) => (at === first ? withName(each, rest, name) : each));
  return Object.fromEntries(
    Object.entries(Object(value)).map(([key, each]) => [
      key,
      key === first ? withName(each, rest, name) : each,
    ]),
  );
}

describe("whatever is sent, every answer is one of those described:", () => {
  const seed = Number(process.env.PROVE_FROM ?? 20261122);

  it.each(routes)("$id, asked as its schemas say", { timeout: LONG }, async (route) => {
    const officer = await http.officer(everything());
    const words = [...ids.values()].flatMap((known) => [...known.values()].slice(0, 6));
    const query = route.query === undefined ? fc.constant({}) : valuesOf(route.query, words);
    const request = fc.record({ params: paramsOf(route), query, body: bodyOf(route) });
    for (const { params, query: asked, body } of fc.sample(request, { numRuns: REQUESTS, seed })) {
      const texts = Object.entries(z.record(z.string(), z.unknown()).parse(asked)).map(
        ([name, value]): [string, string] => [name, String(value)],
      );
      const search = new URLSearchParams(texts).toString();
      await check(route, `${addressOf(route, params)}${search === "" ? "" : `?${search}`}`, {
        payload:
          body instanceof Uint8Array
            ? Buffer.from(body)
            : body === undefined
              ? null
              : Buffer.from(JSON.stringify(body)),
        type:
          body instanceof Uint8Array
            ? "application/octet-stream"
            : body === undefined
              ? null
              : "application/json",
        headers: { ...keyed(route), cookie: officer.cookie },
      });
    }
  });

  it.each(routes)("$id, asked with what should break it", { timeout: LONG }, async (route) => {
    const officer = await http.officer(everything());
    const request = fc.record({
      segments: fc.array(fc.option(hostileSegment), { minLength: 4, maxLength: 4 }),
      query: fc.array(
        fc.tuple(
          fc.oneof(fc.constantFrom(...Object.keys(route.query?.shape ?? { q: 1 })), hostileText),
          hostileText,
        ),
        { maxLength: 3 },
      ),
      twice: fc.boolean(),
      body: hostileBody,
      headers: hostileHeaders,
    });
    for (const { segments, query, twice, body, headers } of fc.sample(request, { numRuns: REQUESTS, seed })) {
      let at = 0;
      const path = route.path.replaceAll(
        /:(\w+)/g,
        (_text, name: string) => segments[at++] ?? escaped(name === "operation" ? "harbour" : firstOf(name)),
      );
      const pairs = [...query, ...(twice ? query : [])].map(
        ([name, value]) => `${escaped(name)}=${escaped(value)}`,
      );
      await check(route, `${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`, {
        payload: route.method === "GET" ? null : body.payload,
        type: route.method === "GET" ? null : body.type,
        headers: { ...keyed(route), ...headers, cookie: officer.cookie },
      });
    }
  });
});

function paramsOf(route: RouteContract): fc.Arbitrary<Record<string, string>> {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  return fc.record(
    Object.fromEntries(
      names.map((name) => {
        const known = [...(ids.get(name)?.values() ?? [])];
        const some = name === "operation" ? ["harbour"] : known;
        return [
          name,
          some.length === 0
            ? fc.uuid()
            : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...some) }, fc.uuid()),
        ];
      }),
    ),
  );
}

interface Sent {
  readonly payload: Buffer | null;
  readonly type: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a traversed path or an evaluated template would show. */
const SIGNS_OF_INJECTION = /root:x:0|for 16-bit app support|9359935991/;

async function check(route: RouteContract, url: string, { payload, type, headers }: Sent): Promise<void> {
  const before = defects.length;
  const gone = new AbortController();
  const isStream = route.response === "events";
  const asked = http.server.inject({
    method: route.method,
    url,
    headers: { ...headers, ...(type === null ? {} : { "content-type": type }) },
    ...(payload === null ? {} : { payload }),
    ...(isStream ? { signal: gone.signal } : {}),
  });
  const answer = isStream ? await Promise.race([asked.catch(() => null), sleep(150, null)]) : await asked;
  gone.abort();
  const sent = `${route.method} ${url.slice(0, 400)} ${type ?? ""} ${payload?.toString("utf8").slice(0, 400) ?? ""}`;
  // That a stream was left before its end is this test's doing.
  const found = isStream ? [] : defects.slice(before);
  expect({ sent, defects: found }).toEqual({ sent, defects: [] });
  if (answer === null) return; // a stream that was opened: it does not end by itself
  const told = {
    status: answer.statusCode,
    type: String(answer.headers["content-type"]),
    text: answer.payload,
  };
  expect({ sent, ...told, isDescribed: isDescribed(route, told) }).toEqual({
    sent,
    ...told,
    isDescribed: true,
  });
  expect(told.text).not.toMatch(SIGNS_OF_INJECTION);
  expect(JSON.stringify(answer.headers)).not.toContain("planted");
}

function isDescribed(
  route: RouteContract,
  told: { readonly status: number; readonly type: string; readonly text: string },
) {
  if (told.status >= 400)
    return (
      told.status < 500 &&
      told.type.startsWith("application/problem+json") &&
      ProblemDocument.safeParse(JSON.parse(told.text)).success
    );
  if (told.status === 304) return told.text === "";
  if (told.status !== (route.created === true ? 201 : 200)) return false;
  if (route.response === "bytes" || route.response === "events") return true;
  return z.safeParse(route.response, JSON.parse(told.text)).success;
}

describe("CVE class: SSRF.", () => {
  it("No address that is handed to any route is asked for anything", async () => {
    const met: string[] = [];
    const listener = createServer((request, response) => {
      met.push(request.url ?? "");
      response.end();
    }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    const lure = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/lure`;
    const officer = await http.officer(everything());
    for (const route of routes.filter(({ body, response }) => body !== undefined && response !== "events")) {
      const body =
        route.body === undefined || route.body === "bytes" ? fc.constant(lure) : valuesOf(route.body, [lure]);
      for (const value of fc.sample(body, { numRuns: 3, seed: 5 }))
        await inject(http.server, route.method, addressOf(route), value, {
          ...keyed(route),
          cookie: officer.cookie,
          ...{ referer: lure, origin: lure, "x-forwarded-host": lure },
        });
    }
    await sleep(50);
    listener.close();
    expect(met).toEqual([]);
  });
});

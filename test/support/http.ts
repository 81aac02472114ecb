import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { ensureMembership, type MemberRole, openSession } from "#capabilities/people/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import type { Send } from "#platform/http/client.ts";
import type { Database } from "#platform/postgres/database.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { SESSION_COOKIE } from "../../src/main/gatekeeper.ts";
import { openHttpServer } from "../../src/main/http-server.ts";

/** A server over a test database, asked without a socket. */
export interface TestServer {
  readonly server: FastifyInstance;
  /** A new officer with these roles and duties, who is signed in. */
  officer(plan: OfficerPlan): Promise<SignedIn>;
  close(): Promise<void>;
}

export interface OfficerPlan {
  readonly roles?: readonly {
    readonly operation: number;
    readonly role: MemberRole;
    readonly country?: string;
    readonly source?: string;
  }[];
  readonly duties?: readonly ("administrator" | "auditor")[];
  readonly steppedUp?: boolean;
}

export interface SignedIn {
  readonly id: number;
  readonly cookie: string;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  send(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed when it is JSON, else null. */
  readonly body: unknown;
}

/** Defects of the server fail the test that met them: the answer is 500 and `defects` holds what was thrown. */
export async function openTestServer(
  database: Database,
  defects: unknown[] = [],
  storeFolder = join(tmpdir(), `muster-http-${process.pid}`),
  largestDeliveryBytes = 1 << 30,
): Promise<TestServer> {
  const server = await openHttpServer({
    largestDeliveryBytes,
    database,
    store: localFileStore(storeFolder),
    log: { error: (detail: unknown) => void defects.push(detail) },
  });
  return {
    server,
    officer: (plan) => enrol(database, server, plan),
    async close() {
      await server.close();
    },
  };
}

let enrolled = 0;

async function enrol(database: Database, server: FastifyInstance, plan: OfficerPlan): Promise<SignedIn> {
  const owner = database.pool("owner");
  const { rows } = await owner.query<{ id: number }>(
    `with organisation as (
       insert into people.organisation (code, name, kind) values ('test', 'Test', 'police')
       on conflict (code) do update set name = excluded.name returning id)
     insert into people.officer (organisation, name) select id, $1 from organisation returning id`,
    [`Officer ${++enrolled}`],
  );
  const id = rows[0]?.id ?? 0;
  await transaction(database.pool("gate"), async (gate) => {
    for (const { operation, role, country, source } of plan.roles ?? []) {
      await ensureMembership(gate, {
        officer: id,
        operation,
        role,
        country: country ?? null,
        source: source ?? null,
        givenBy: null,
      });
    }
  });
  for (const duty of plan.duties ?? [])
    await owner.query("insert into people.duty (officer, duty) values ($1, $2)", [id, duty]);
  const token = await openSession(database.pool("gate"), id, "passkey");
  if (plan.steppedUp === true)
    await owner.query(
      "update people.session set stepped_up_until = now() + interval '10 minutes' where officer = $1",
      [id],
    );
  const cookie = `${SESSION_COOKIE}=${token}`;
  const ask = (
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body: unknown,
    more: object,
  ) => {
    // As a screen sends it: new for each thing that is made. A test of it gives its own.
    const key = method === "POST" ? { "idempotency-key": randomUUID() } : {};
    return inject(server, method, url, body, { cookie, ...key, ...more });
  };
  return {
    id,
    cookie,
    get: (url, headers = {}) => ask("GET", url, undefined, headers),
    send: (method, url, body, headers = {}) => ask(method, url, body, headers),
  };
}

/** Asks the server as anybody would, without a session unless `headers` bring one. */
export async function inject(
  server: FastifyInstance,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const answer = await server.inject({
    method,
    url,
    headers: {
      ...(body === undefined
        ? {}
        : { "content-type": isBytes ? "application/octet-stream" : "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const isJson = String(answer.headers["content-type"]).includes("json");
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.payload,
    body: isJson ? JSON.parse(answer.payload) : null,
  };
}

/** For a client over a server without a socket. `headers` go with every request: the cookie of an officer. */
export function sendThrough(server: FastifyInstance, headers: Readonly<Record<string, string>>): Send {
  return async (path, { method = "GET", headers: own, body }) => {
    const payload = body instanceof ReadableStream ? await new Response(body).bytes() : body;
    const answer = await server.inject({
      // `RequestInit` has any text here; a contract's method is one of the five.
      method: method as "GET",
      url: path,
      headers: { ...headers, ...Object.fromEntries(new Headers(own)) },
      ...(payload === undefined || payload === null
        ? {}
        : { payload: Buffer.from(await new Response(payload).bytes()) }),
    });
    return new Response(answer.rawPayload.length === 0 ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
    });
  };
}

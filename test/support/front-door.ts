import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { TOTP } from "otpauth";
import { enrolmentLink, type FrontDoor, issueEnrolment } from "#capabilities/people/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import type { Database } from "#platform/postgres/database.ts";
import { openHttpServer } from "../../src/main/http-server.ts";
import { type Answer, inject } from "./http.ts";

/** A house whose door people go through as they do in life: without a session made behind it. */
export interface TestHouse {
  readonly server: FastifyInstance;
  readonly defects: unknown[];
  /** A new officer of a new organisation with nothing but a name. */
  person(name: string): Promise<{ readonly id: number; readonly publicId: string }>;
  /** The secret of a one-time link for him. */
  link(officer: number): Promise<string>;
  visitor(address?: string): Visitor;
  close(): Promise<void>;
}

export async function openHouseDoor(database: Database, door: FrontDoor): Promise<TestHouse> {
  const defects: unknown[] = [];
  const server = await openHttpServer({
    database,
    door,
    store: localFileStore(join(tmpdir(), `muster-door-${process.pid}`)),
    log: { error: (detail: unknown) => void defects.push(detail) },
  });
  return {
    server,
    defects,
    person: (name) => person(database, name),
    link: async (officer) => (await issueEnrolment(database.pool("gate"), officer, null)).token,
    visitor: (address = "203.0.113.1") => new Visitor(server, address),
    close: () => server.close(),
  };
}

/** What stands behind `#` of a link. */
export function tokenOfLink(link: unknown): string {
  const token = typeof link === "string" ? new URL(link).hash.slice(1) : "";
  if (token === "" || link !== enrolmentLink({ origin: new URL(String(link)).origin, oidc: null }, token))
    throw new Error(`not an enrolment link: ${String(link)}`);
  return token;
}

/** A browser as far as cookies go. */
export class Visitor {
  readonly #server: FastifyInstance;
  readonly #address: string;
  readonly #cookies = new Map<string, string>();

  constructor(server: FastifyInstance, address: string) {
    this.#server = server;
    this.#address = address;
  }

  async ask(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await inject(this.#server, method, url, body, {
      ...(cookie === "" ? {} : { cookie }),
      ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      "x-forwarded-for": this.#address,
      ...headers,
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(String(line)) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }

  /** Enrols with a one-time link and keeps what he needs to sign in again. */
  async enrolWithPassword(token: string, password: string): Promise<PasswordHolder> {
    const offer = fields((await this.ask("POST", "/enrolment/totp", { token })).body);
    const holder = { account: offer.account ?? "", password, secret: offer.secret ?? "" };
    const answer = await this.ask("POST", "/enrolment/password", {
      token,
      password,
      code: codeOf(holder),
    });
    if (answer.status !== 200) throw new Error(`not enrolled: ${answer.text}`);
    return holder;
  }
}

export interface PasswordHolder {
  readonly account: string;
  readonly password: string;
  readonly secret: string;
}

/** The code that his app shows at an instant. */
export function codeOf({ secret }: Pick<PasswordHolder, "secret">, at = Date.now()): string {
  return new TOTP({ secret }).generate({ timestamp: at });
}

/** The text fields of an answer. */
export function fields(body: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof body !== "object" || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === "string" ? value : undefined]),
  );
}

async function person(database: Database, name: string) {
  const { rows } = await database.pool("owner").query<{ id: number; publicId: string }>(
    `with organisation as (
       insert into people.organisation (code, name, kind) values ('harbour-police', 'Harbour Police', 'police')
       on conflict (code) do update set name = excluded.name returning id)
     insert into people.officer (organisation, name) select id, $1 from organisation returning id, public_id as "publicId"`,
    [name],
  );
  const row = rows[0];
  if (row === undefined) throw new Error("no officer was made");
  return row;
}

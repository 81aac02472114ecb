import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../support/database.ts";
import { fields, openHouseDoor, type TestHouse, type Visitor } from "../support/front-door.ts";

const ORIGIN = "http://localhost:8080";
const database = withDatabase();
let provider: Server;
let house: TestHouse;
let issuer = "";

/** Everybody there has the same e-mail address: nothing may follow from it. */
function openProvider(address: string): Provider {
  const opened = new Provider(address, {
    clients: [
      {
        client_id: "muster",
        client_secret: "only for tests, and long enough for a key",
        redirect_uris: [`${ORIGIN}/sign-in/returned`],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub", "email"] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, email: "desk@example.test" }),
    }),
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    cookies: { keys: ["only for tests"] },
  });
  opened.on("server_error", (_context, error) => process.stderr.write(`${String(error)}\n`));
  return opened;
}

beforeAll(async () => {
  provider = createServer((request, response) => void answers(request, response));
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  issuer = `http://localhost:${(provider.address() as AddressInfo).port}`; // it listens on a port, not on a pipe
  const answers = openProvider(issuer).callback();
  const oidc = { issuer, clientId: "muster", clientSecret: "only for tests, and long enough for a key" };
  house = await openHouseDoor(database(), { origin: ORIGIN, oidc });
});
afterAll(async () => {
  await house.close();
  provider.closeAllConnections();
  provider.close();
  expect(house.defects).toEqual([]);
});

describe("an identity provider", () => {
  it("lets nobody in whom no link or session bound to it, whatever his address", async () => {
    const stranger = house.visitor();
    const back = await goThrough(stranger, "/sign-in/provider", {}, "stranger");
    const refused = await stranger.ask("POST", "/sign-in/provider/return", { query: back });
    expect(refused.body).toMatchObject({ status: 403, code: "people.not_recognised" });
  });

  it("is bound by a one-time link, and lets this officer in from then on", async () => {
    const { id } = await house.person("Lina Vargas");
    const token = await house.link(id);
    const lina = house.visitor();
    const back = await goThrough(lina, "/sign-in/provider", { token }, "lina");
    expect((await lina.ask("POST", "/sign-in/provider/return", { query: back })).status).toBe(200);
    expect((await lina.ask("GET", "/me")).body).toMatchObject({ name: "Lina Vargas" });

    const later = house.visitor();
    const again = await goThrough(later, "/sign-in/provider", {}, "lina");
    expect((await later.ask("POST", "/sign-in/provider/return", { query: again })).status).toBe(200);
    expect((await later.ask("GET", "/me/ways-in")).body).toMatchObject({ providers: [issuer] });
    const { rows } = await database()
      .pool("owner")
      .query("select issuer, subject from people.oidc_identity where officer = $1", [id]);
    expect(rows).toEqual([{ issuer, subject: "lina" }]);
  });

  it("vouches for one officer by one name: nobody else can bind it", async () => {
    const { id } = await house.person("Not Lina");
    const other = house.visitor();
    const back = await goThrough(other, "/sign-in/provider", { token: await house.link(id) }, "lina");
    expect((await other.ask("POST", "/sign-in/provider/return", { query: back })).body).toMatchObject({
      code: "people.not_recognised",
    });
  });

  it("asks once more before administration, and for the same officer", async () => {
    const lina = await signedIn("lina");
    const wrong = await goThrough(lina, "/me/step-up/provider", undefined, "stranger");
    expect((await lina.ask("PUT", "/me/step-up/provider/return", { query: wrong })).status).toBe(403);
    const right = await goThrough(lina, "/me/step-up/provider", undefined, "lina");
    expect((await lina.ask("PUT", "/me/step-up/provider/return", { query: right })).status).toBe(200);
    expect((await lina.ask("GET", "/me")).body).toMatchObject({ steppedUp: true });

    // Signed in and stepped up, he may bind another name of his.
    const more = await goThrough(lina, "/me/providers", undefined, "lina-at-home");
    expect((await lina.ask("POST", "/me/providers/return", { query: more })).body).toEqual({ bound: true });
    expect((await (await signedIn("lina-at-home")).ask("GET", "/me")).body).toMatchObject({
      name: "Lina Vargas",
    });
  });

  it("is believed once, by the browser that set out, on the errand it set out for", async () => {
    const lina = house.visitor();
    const back = await goThrough(lina, "/sign-in/provider", {}, "lina");
    const bare = await house.visitor().ask("POST", "/sign-in/provider/return", { query: back });
    const owner = await lina.ask("POST", "/sign-in/provider/return", { query: back });
    const again = await lina.ask("POST", "/sign-in/provider/return", { query: back });
    expect([bare.status, owner.status, again.status]).toEqual([403, 200, 403]);

    const thief = house.visitor();
    await goThrough(thief, "/sign-in/provider", {}, "stranger");
    const stolen = await goThrough(lina, "/sign-in/provider", {}, "lina");
    expect((await thief.ask("POST", "/sign-in/provider/return", { query: stolen })).text).toBe(bare.text);

    const other = await signedIn("lina");
    const errand = await goThrough(other, "/me/step-up/provider", undefined, "lina");
    expect((await other.ask("POST", "/sign-in/provider/return", { query: errand })).status).toBe(403);
  });

  it("is not believed with another state, code or issuer", async () => {
    for (const [name, value] of [
      ["state", "another"],
      ["code", "another"],
      ["iss", "https://elsewhere.example"],
    ] as const) {
      const lina = house.visitor();
      const query = new URLSearchParams(await goThrough(lina, "/sign-in/provider", {}, "lina"));
      query.set(name, value);
      const refused = await lina.ask("POST", "/sign-in/provider/return", { query: query.toString() });
      expect([name, refused.status]).toEqual([name, 403]);
    }
  });

  it("is asked with PKCE, state and nonce", async () => {
    const { url = "" } = fields((await house.visitor().ask("POST", "/sign-in/provider", {})).body);
    const asked = new URL(url).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    for (const name of ["code_challenge", "state", "nonce"])
      expect(asked.get(name)?.length).toBeGreaterThanOrEqual(40);
    expect(asked.get("scope")).toBe("openid");
  });

  it("that is away is said to be away", async () => {
    const oidc = { issuer: "http://localhost:9", clientId: "muster", clientSecret: null };
    const lonely = await openHouseDoor(database(), { origin: ORIGIN, oidc });
    expect((await lonely.visitor().ask("POST", "/sign-in/provider", {})).body).toMatchObject({
      status: 503,
      code: "people.provider_away",
    });
    await lonely.close();
    const without = await openHouseDoor(database(), { origin: ORIGIN, oidc: null });
    expect((await without.visitor().ask("POST", "/sign-in/provider", {})).status).toBe(404);
    await without.close();
  });
});

async function signedIn(name: string): Promise<Visitor> {
  const visitor = house.visitor();
  const query = await goThrough(visitor, "/sign-in/provider", {}, name);
  const answer = await visitor.ask("POST", "/sign-in/provider/return", { query });
  expect(answer.status).toBe(200);
  return visitor;
}

/** Sets out, signs in there as `name`, agrees, and returns the query with which the browser comes back. */
async function goThrough(
  visitor: Visitor,
  from: string,
  body: object | undefined,
  name: string,
): Promise<string> {
  const cookies = new Map<string, string>();
  let { url = "" } = fields((await visitor.ask("POST", from, body)).body);
  for (let step = 0; step < 12; step++) {
    if (url.startsWith(`${ORIGIN}/sign-in/returned?`)) return new URL(url).search.slice(1);
    const form = new URL(url).pathname.startsWith("/interaction/") ? await formOf(url, cookies, name) : null;
    const answer = await fetch(form?.action ?? url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
      ...(form === null ? {} : { method: "POST", body: form.fields }),
    });
    keep(cookies, answer);
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`the provider stopped at ${url}: ${await answer.text()}`);
    url = new URL(location, url).href;
  }
  throw new Error("the provider sends in circles");
}

async function formOf(url: string, cookies: Map<string, string>, name: string) {
  const page = await fetch(url, {
    headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
  });
  keep(cookies, page);
  const html = await page.text();
  const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1] ?? url;
  const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? "";
  const filled = new URLSearchParams({ prompt, ...(prompt === "login" && { login: name, password: "any" }) });
  return { action: new URL(action, url).href, fields: filled };
}

function keep(cookies: Map<string, string>, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) {
    const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "") cookies.delete(key);
    else cookies.set(key, value);
  }
}

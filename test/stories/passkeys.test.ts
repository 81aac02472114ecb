import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { withDatabase } from "../support/database.ts";
import { openHouseDoor, type TestHouse } from "../support/front-door.ts";

// A real browser with an authenticator that Chromium makes up: keys, signatures and checks of the origin are the browser's.

const opened = await openBrowser();
const missing = "missing" in opened ? opened.missing : null;
if (missing !== null) process.stderr.write(`passkeys are not tested here: ${missing}\n`);

describe.skipIf(missing !== null)("passkeys", () => {
  const database = withDatabase();
  let browser: Browser;
  let house: TestHouse;
  let origin = "";

  beforeAll(async () => {
    if ("missing" in opened) return;
    browser = opened;
    const door = { origin: "", oidc: null };
    house = await openHouseDoor(database(), door);
    house.server.get("/page", (_request, reply) =>
      reply.type("text/html").send("<!doctype html><title>Muster</title>"),
    );
    await house.server.listen({ host: "127.0.0.1", port: 0 });
    // Only known now: the port stands in what passkeys are bound to.
    const { port } = house.server.server.address() as AddressInfo; // it listens on a port, not on a pipe
    origin = door.origin = `http://localhost:${port}`;
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
    expect(house.defects).toEqual([]);
  });

  it("enrol an officer, sign him in without a name, and open administration", async () => {
    const { id } = await house.person("Sofia Marsh");
    const laptop = await openPage(browser, origin);
    const token = await house.link(id);
    const enrolled = await create(
      laptop.page,
      "/enrolment/passkey-options",
      { token },
      "/enrolment/passkey",
      {
        token,
        label: "Laptop",
      },
    );
    expect(enrolled).toMatchObject({ status: 200 });
    expect(await ask(laptop.page, "GET", "/me")).toMatchObject({
      body: { name: "Sofia Marsh", steppedUp: false },
    });

    await ask(laptop.page, "POST", "/sign-out");
    expect(await ask(laptop.page, "GET", "/me")).toMatchObject({ status: 401 });
    expect(await signIn(laptop.page)).toMatchObject({ status: 200 });
    expect(await ask(laptop.page, "GET", "/me")).toMatchObject({
      body: { name: "Sofia Marsh", steppedUp: false },
    });
    const cookies = await laptop.context.cookies();
    expect(cookies).toMatchObject([{ name: "muster_session", httpOnly: true, sameSite: "Strict" }]);

    expect(await get(laptop.page, "/me/step-up/passkey-options", "PUT", "/me/step-up/passkey")).toMatchObject(
      {
        status: 200,
      },
    );
    expect(await ask(laptop.page, "GET", "/me")).toMatchObject({ body: { steppedUp: true } });
    const ways = await ask(laptop.page, "GET", "/me/ways-in");
    expect(ways).toMatchObject({
      body: { passkeys: [{ label: "Laptop" }], passwordSetAt: null, account: null },
    });
    const only = (ways as { body: { passkeys: { id: string }[] } }).body.passkeys[0]?.id; // as just matched
    expect(await ask(laptop.page, "DELETE", `/me/passkeys/${only}`)).toMatchObject({
      body: { code: "people.only_way_in" },
    });
    await laptop.context.close();
  });

  it("answer each question once", async () => {
    const { id } = await house.person("Tomas Reyes");
    const laptop = await openPage(browser, origin);
    await enrol(laptop.page, await house.link(id));
    const options = await ask(laptop.page, "POST", "/sign-in/passkey-options");
    const proof = await sign(laptop.page, options);
    const first = await ask(laptop.page, "POST", "/sign-in/passkey", { proof });
    const again = await ask(laptop.page, "POST", "/sign-in/passkey", { proof });
    expect([first, again]).toMatchObject([
      { status: 200 },
      { status: 403, body: { code: "people.not_recognised" } },
    ]);
    await laptop.context.close();
  });

  it("do not answer a question that has run out, was asked for something else, or of somebody else", async () => {
    const laptop = await openPage(browser, origin);
    const { id } = await house.person("Tomas Reyes");
    await enrol(laptop.page, await house.link(id));
    const late = await sign(laptop.page, await ask(laptop.page, "POST", "/sign-in/passkey-options"));
    await database().pool("owner").query("update people.challenge set expires_at = now()");
    expect(await ask(laptop.page, "POST", "/sign-in/passkey", { proof: late })).toMatchObject({
      status: 403,
    });
    const forSignIn = await sign(laptop.page, await ask(laptop.page, "POST", "/sign-in/passkey-options"));
    expect(await ask(laptop.page, "PUT", "/me/step-up/passkey", { proof: forSignIn })).toMatchObject({
      status: 403,
    });

    // Somebody else's passkey on the same machine does not step this officer's session up.
    const other = await house.person("Wei Tan");
    const two = await openPage(browser, origin);
    await enrol(two.page, await house.link(other.id));
    const asked = await ask(laptop.page, "POST", "/me/step-up/passkey-options");
    const foreign = await sign(two.page, withoutNames(asked));
    expect(await ask(laptop.page, "PUT", "/me/step-up/passkey", { proof: foreign })).toMatchObject({
      status: 403,
    });
    await laptop.context.close();
    await two.context.close();
  });

  it("are refused when the authenticator did not look at its holder", async () => {
    const careless = await openPage(browser, origin, { looks: false });
    const { id } = await house.person("Wei Tan");
    const token = await house.link(id);
    const refused = await create(
      careless.page,
      "/enrolment/passkey-options",
      { token },
      "/enrolment/passkey",
      { token, label: "Key" },
      { residentKey: "discouraged", userVerification: "discouraged" },
    );
    expect(refused).toMatchObject({ status: 403, body: { code: "people.not_recognised" } });
    await careless.context.close();
  });

  it("are refused from a page of another origin", async () => {
    const { id } = await house.person("Wei Tan");
    const token = await house.link(id);
    const elsewhere = await openPage(browser, origin.replace("localhost", "house.localhost"));
    // The browser itself refuses to make a key for a host that the page is not of.
    await expect(
      create(elsewhere.page, "/enrolment/passkey-options", { token }, "/enrolment/passkey", {
        token,
        label: "Key",
      }),
    ).rejects.toThrow();
    // A page may claim its parent's name; then the origin that it cannot forge gives it away.
    await elsewhere.context.close();
    const laptop = await openPage(browser, origin);
    await enrol(laptop.page, token);
    const proof = await sign(laptop.page, await ask(laptop.page, "POST", "/sign-in/passkey-options"));
    expect(
      await ask(laptop.page, "POST", "/sign-in/passkey", { proof: fromOrigin(proof, "http://localhost:1") }),
    ).toMatchObject({ status: 403 });
    await laptop.context.close();
  });

  it("are refused when their count of signatures goes back, as a copy's does", async () => {
    const { id } = await house.person("Wei Tan");
    const laptop = await openPage(browser, origin);
    await enrol(laptop.page, await house.link(id));
    await database()
      .pool("owner")
      .query("update people.passkey set counter = 1000000 where officer = $1", [id]);
    expect(await signIn(laptop.page)).toMatchObject({ status: 403 });
    await laptop.context.close();
  });
});

async function openPage(
  browser: Browser,
  origin: string,
  { looks = true } = {},
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/page`);
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: looks ? "internal" : "usb",
      hasResidentKey: true,
      hasUserVerification: looks,
      isUserVerified: looks,
      automaticPresenceSimulation: true,
    },
  });
  return { context, page };
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Runs a function of the page, given as text: what it uses is the browser's and unknown here. */
function inPage<T>(page: Page, script: string, ...given: readonly unknown[]): Promise<T> {
  return page.evaluate<T>(
    `(${script})(${given.map((each) => JSON.stringify(each) ?? "undefined").join(", ")})`,
  );
}

/** Asks as a script of the page does. */
function ask(page: Page, method: Method, url: string, body?: unknown): Promise<Reply> {
  const script = `async (method, url, body, key) => {
    const headers = { "idempotency-key": key, ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: await answer.json() };
  }`;
  return inPage(page, script, method, url, body, randomUUID());
}

/** What the page's authenticator makes for these options. */
function make(page: Page, options: unknown, selection?: object): Promise<unknown> {
  const script = `async (options, selection) => {
    const asked = { ...options, authenticatorSelection: selection ?? options.authenticatorSelection };
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }`;
  return inPage(page, script, options, selection);
}

/** What the page's authenticator answers to this question. */
function sign(page: Page, question: { readonly body: unknown }): Promise<unknown> {
  const script = `async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }`;
  return inPage(page, script, question.body);
}

async function create(
  page: Page,
  from: string,
  asking: object,
  to: string,
  also: object,
  selection?: object,
): Promise<Reply> {
  const options = await ask(page, "POST", from, asking);
  const passkey = await make(page, options.body, selection);
  return ask(page, "POST", to, { ...also, passkey });
}

async function get(page: Page, from: string, method: Method, to: string) {
  return ask(page, method, to, { proof: await sign(page, await ask(page, "POST", from)) });
}

function enrol(page: Page, token: string) {
  return create(page, "/enrolment/passkey-options", { token }, "/enrolment/passkey", { token, label: "Key" });
}

function signIn(page: Page) {
  return get(page, "/sign-in/passkey-options", "POST", "/sign-in/passkey");
}

function withoutNames(question: { readonly body: unknown }) {
  return { body: { ...(question.body as object), allowCredentials: [] } }; // an object, as every JSON answer here
}

/** The same proof as a page of another origin would have it; its signature no longer fits. */
function fromOrigin(proof: unknown, origin: string): unknown {
  const signed = proof as { response: { clientDataJSON: string } }; // as `toJSON` gives it
  const client: unknown = JSON.parse(Buffer.from(signed.response.clientDataJSON, "base64url").toString());
  const clientDataJSON = Buffer.from(JSON.stringify({ ...(client as object), origin })).toString("base64url");
  return { ...signed, response: { ...signed.response, clientDataJSON } };
}

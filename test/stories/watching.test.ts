import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeDelivery } from "#capabilities/threats/index.ts";
import { openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { aSource, withIntake } from "../support/intake.ts";

const intake = withIntake({ tables: "none", claimsPerBatch: 1 });
const defects: unknown[] = [];
let http: TestServer;
let address = "";
let operation = 0;
let desk: SignedIn;
let partnerA: SignedIn;
let partnerB: SignedIn;

beforeAll(async () => {
  operation = (await intake().operation()).id;
  http = await openTestServer(intake().database, defects, join(intake().folder, "files"));
  address = await http.server.listen({ host: "127.0.0.1", port: 0 });
  desk = await http.officer({ roles: [{ operation, role: "coordinator" }] });
  for (const id of ["partner-a", "partner-b"]) {
    const { deliveries: _none, ...declared } = aSource(id);
    expect((await desk.send("POST", "/operations/harbour/sources", declared)).status).toBe(201);
  }
  partnerA = await http.officer({ roles: [{ operation, role: "partner", source: "partner-a" }] });
  partnerB = await http.officer({ roles: [{ operation, role: "partner", source: "partner-b" }] });
}, 60_000);
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

/** Listens until told to stop; gives all that was sent. */
async function listen(who: SignedIn, headers: Record<string, string> = {}) {
  const leave = new AbortController();
  const response = await fetch(`${address}/operations/harbour/events`, {
    headers: { cookie: who.cookie, ...headers },
    signal: leave.signal,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  let text = "";
  const read = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return {
    text: () => text,
    async stop() {
      leave.abort();
      await read;
      return text;
    },
    ended: read,
  };
}

async function handIn(who: SignedIn, source: string, text: string): Promise<string> {
  const url = `/operations/harbour/deliveries?source=${source}&file=list.csv&role=c2`;
  const { body } = await who.send("POST", url, Buffer.from(text));
  return String(typeof body === "object" && body !== null ? Reflect.get(body, "id") : "");
}

async function takeIn(id: string): Promise<void> {
  const { rows } = await intake()
    .database.pool("owner")
    .query("select id from feeds.delivery where public_id = $1", [id]);
  await takeDelivery(intake().here, rows[0].id);
}

async function until(isSo: () => boolean): Promise<void> {
  for (let left = 200; left > 0 && !isSo(); left--) await sleep(50);
  expect(isSo()).toBe(true);
}

describe("watching an operation", () => {
  it("tells an owner how his delivery fares, and whoever may not see it nothing at all", async () => {
    const listening = await Promise.all([listen(desk), listen(partnerA), listen(partnerB)]);
    const [atDesk, owner, other] = listening;
    await sleep(300);
    const id = await handIn(partnerA, "partner-a", "ip\n198.18.0.1\n198.18.0.2\n");
    await takeIn(id);
    await until(() => owner.text().includes('"state":"done"') && atDesk.text().includes('"state":"done"'));
    const told = await Promise.all(listening.map(({ stop }) => stop()));
    expect(told[1]).toContain(`event: delivery\ndata: {"id":"${id}"`);
    expect(told[1]).toContain('"accepted":2');
    expect(told[2]).toBe("retry: 3000\n\n");
    expect(other.text()).toBe("retry: 3000\n\n");
    for (const text of told) expect(text).not.toContain("newThreats");
  }, 40_000);

  it("goes on where its listener left it", async () => {
    const first = await listen(partnerA);
    await until(() => /^id: /m.test(first.text()));
    const before = await first.stop();
    const id = /^id: (.+)$/m.exec(before)?.[1] ?? "";
    const second = await handIn(partnerA, "partner-a", "ip\n198.18.0.3\n");
    const again = await listen(partnerA, { "last-event-id": id });
    await until(() => again.text().includes(second));
    expect(await again.stop()).not.toContain('"state":"done"');
    // Of somebody else the id means nothing.
    const stranger = await listen(desk, { "last-event-id": id });
    await until(() => stranger.text().includes('"state":"done"'));
    await stranger.stop();
  }, 40_000);

  it("ends with the server", async () => {
    const own = await openTestServer(intake().database, defects);
    const there = await own.server.listen({ host: "127.0.0.1", port: 0 });
    const response = await fetch(`${there}/operations/harbour/events`, {
      headers: { cookie: partnerB.cookie },
    });
    await sleep(100);
    await own.close();
    expect(await response.text()).toMatch(/^retry: 3000/);
  }, 20_000);
});

import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeDelivery } from "#capabilities/threats/index.ts";
import {
  type Answer,
  inject,
  openTestServer,
  type SignedIn,
  type TestServer,
} from "../../../test/support/http.ts";
import { aSource, withIntake } from "../../../test/support/intake.ts";

const intake = withIntake({ tables: "none", claimsPerBatch: 2 });
const folder = mkdtempSync(join(tmpdir(), "muster-feed-routes-"));
const defects: unknown[] = [];
let http: TestServer;
let operation = 0;
let coordinator: SignedIn;
let partnerA: SignedIn;
let partnerB: SignedIn;
let malaysia: SignedIn;

const HERE = "/operations/harbour";
const CSV = "ip,last_seen\n198.18.0.1,2026-10-01\n198.18.0.2,2026-10-02\nnone of these,2026-10-02\n";

beforeAll(async () => {
  const opened = await intake().operation();
  operation = opened.id;
  http = await openTestServer(intake().database, defects, join(intake().folder, "files"), 1 << 20);
  coordinator = await http.officer({ roles: [{ operation, role: "coordinator" }], steppedUp: true });
  for (const source of [
    aSource("partner-a", { tlp: "GREEN" }),
    aSource("partner-b"),
    aSource("bureau", { kind: "country", country: "MY" }),
  ]) {
    const { deliveries: _none, ...declared } = source;
    expect((await coordinator.send("POST", `${HERE}/sources`, declared)).status).toBe(201);
  }
  partnerA = await http.officer({ roles: [{ operation, role: "partner", source: "partner-a" }] });
  partnerB = await http.officer({ roles: [{ operation, role: "partner", source: "partner-b" }] });
  malaysia = await http.officer({ roles: [{ operation, role: "national-officer", country: "MY" }] });
}, 60_000);
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true, force: true });
  expect(defects).toEqual([]);
});

function handIn(who: SignedIn, source: string, text: string, more = "", headers = {}): Promise<Answer> {
  const url = `${HERE}/deliveries?source=${source}&file=list.csv&role=c2${more}`;
  return who.send("POST", url, Buffer.from(text), headers);
}

/** What an answer says at a place of it. */
function at(answer: Answer, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    answer.body,
  );
}

const idOf = (answer: Answer) => String(at(answer, "id"));

/** Takes in what waits. */
async function takeIn(id: unknown): Promise<void> {
  const { rows } = await intake()
    .database.pool("owner")
    .query("select id from feeds.delivery where public_id = $1", [id]);
  await takeDelivery(intake().here, rows[0].id);
}

const sourcesSeenBy = async (who: SignedIn) => {
  const answer = await who.get(`${HERE}/sources`);
  expect(answer.status).toBe(200);
  const sources = at(answer, "sources");
  return Array.isArray(sources) ? sources : [];
};

describe("sources", () => {
  it("are all the desk's, and each owner's his own alone, without the desk's rating of it", async () => {
    expect((await sourcesSeenBy(coordinator)).map(({ id }) => id)).toEqual([
      "bureau",
      "partner-a",
      "partner-b",
    ]);
    const [own, ...others] = await sourcesSeenBy(partnerA);
    expect(others).toEqual([]);
    expect(own).toMatchObject({ id: "partner-a", tlp: "GREEN", code: expect.stringMatching(/^S\w{6}$/) });
    expect(Object.keys(own)).not.toContain("reliability");
    expect((await coordinator.get(`${HERE}/sources/partner-a`)).body).toMatchObject({
      reliability: "B",
      credibility: 2,
    });
    expect((await sourcesSeenBy(malaysia)).map(({ id }) => id)).toEqual(["bureau"]);
  });

  it("of somebody else look like none at all, also when his words are heard", async () => {
    const taken = await handIn(partnerA, "partner-a", "ip\n198.18.9.9\n");
    await takeIn(at(taken, "id")); // GREEN: Malaysia reads what it says
    for (const who of [malaysia, partnerB]) {
      const hidden = await who.get(`${HERE}/sources/partner-a`);
      const absent = await who.get(`${HERE}/sources/nowhere`);
      expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    }
    expect((await sourcesSeenBy(malaysia)).map(({ id }) => id)).toEqual(["bureau"]);
  });

  it("are registered by the desk alone, and what is not described is refused", async () => {
    const { deliveries: _none, ...declared } = aSource("new");
    expect((await partnerA.send("POST", `${HERE}/sources`, declared)).status).toBe(403);
    const extra = await coordinator.send("POST", `${HERE}/sources`, { ...declared, code: "S000000" });
    expect([extra.status, at(extra, "code")]).toEqual([400, "http.invalid_request"]);
    const changed = await coordinator.send("POST", `${HERE}/sources`, { ...declared, id: "partner-a" });
    expect([changed.status, at(changed, "code")]).toEqual([409, "feeds.source_changed"]);
  });
});

describe("a delivery", () => {
  it("is acknowledged with its conditions and what was taken by default, and its receipt tells what became of it", async () => {
    const answer = await handIn(partnerA, "partner-a", CSV);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      source: { id: "partner-a" },
      file: "list.csv",
      sha256: createHash("sha256").update(CSV).digest("hex"),
      sizeBytes: CSV.length,
      state: "received",
      marking: { tlp: "GREEN" },
      defaultsTaken: ["method", "purpose", "observation window"],
    });
    await takeIn(at(answer, "id"));
    const receipt = await partnerA.get(`${HERE}/deliveries/${idOf(answer)}`);
    expect(receipt.body).toMatchObject({
      state: "done",
      accepted: 2,
      repeated: 0,
      progress: { rows: 3 },
      parts: [{ name: "list.csv", rows: 3, refusal: null }],
    });
    const again = await handIn(partnerA, "partner-a", CSV);
    expect(again.body).toMatchObject({ state: "repeated", repeatOf: at(answer, "id") });
  });

  it("tells nobody but the desk how many threats were new: that is whether others knew them", async () => {
    const first = await handIn(partnerA, "partner-a", "ip\n198.18.1.1\n198.18.1.2\n");
    await takeIn(at(first, "id"));
    const known = await handIn(partnerB, "partner-b", "ip\n198.18.1.1\n198.18.1.3\n");
    await takeIn(at(known, "id"));
    const fresh = await handIn(partnerB, "partner-b", "ip\n198.18.2.1\n198.18.2.3\n");
    await takeIn(at(fresh, "id"));
    const receipts = await Promise.all(
      [known, fresh].map((one) => partnerB.get(`${HERE}/deliveries/${idOf(one)}`)),
    );
    const withoutNames = receipts.map(({ text }) =>
      text
        .replaceAll(/"(id|receivedAt|sha256|previous)":"[^"]*"/g, "")
        .replaceAll(/"(difference|previous)":(null|\{[^}]*\})?/g, ""),
    );
    expect(withoutNames[0]).toBe(withoutNames[1]);
    expect(receipts[0]?.text).not.toContain("newThreats");
    const desk = await coordinator.get(`${HERE}/deliveries/${idOf(known)}`);
    expect(desk.body).toMatchObject({ newThreats: 1 });
  });

  it("is taken for the own source alone: any other looks like none at all", async () => {
    for (const [who, source] of [
      [partnerA, "partner-b"],
      [malaysia, "partner-a"],
      [malaysia, "partner-b"],
    ] as const) {
      const hidden = await handIn(who, source, CSV);
      const absent = await handIn(who, "nowhere", CSV);
      expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    }
    expect((await handIn(malaysia, "bureau", CSV)).status).toBe(201);
    expect((await handIn(coordinator, "partner-b", "ip\n198.18.3.1\n")).status).toBe(201);
  });

  it("of another owner looks like none at all, in lists, receipts and refused rows", async () => {
    const made = await handIn(partnerA, "partner-a", "ip\n198.18.4.1\nx\n");
    await takeIn(at(made, "id"));
    for (const who of [partnerB, malaysia]) {
      for (const tail of ["", "/refused"]) {
        const hidden = await who.get(`${HERE}/deliveries/${idOf(made)}${tail}`);
        const absent = await who.get(`${HERE}/deliveries/${randomUUID()}${tail}`);
        expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
      }
      expect((await who.get(`${HERE}/deliveries`)).text).not.toContain(String(at(made, "id")));
      const after = await who.get(`${HERE}/deliveries?after=${idOf(made)}`);
      expect(after.body).toEqual({ deliveries: [], after: null });
    }
  });

  it("is refused by name when a condition is missing, misspelt or too large, and nothing is kept", async () => {
    const before = (await partnerB.get(`${HERE}/deliveries`)).text;
    const misspelt = await handIn(partnerB, "partner-b", CSV, "&tlp=PINK");
    expect([misspelt.status, at(misspelt, "faults", 0, "at")]).toEqual([400, "tlp"]);
    expect((await handIn(partnerB, "partner-b", CSV, "&colour=red")).status).toBe(400);
    expect((await handIn(partnerB, "partner-b", CSV, "&mapping=%7B")).status).toBe(400);
    const large = await handIn(partnerB, "partner-b", "x".repeat((1 << 20) + 1));
    expect([large.status, at(large, "code")]).toEqual([400, "feeds.delivery_too_large"]);
    const json = await partnerB.send("POST", `${HERE}/deliveries?source=partner-b&file=a`, { a: 1 });
    expect([json.status, at(json, "code")]).toEqual([415, "http.content_type"]);
    expect((await partnerB.get(`${HERE}/deliveries`)).text).toBe(before);
  });

  it("states its own conditions in the address", async () => {
    const more = "&tlp=RED&handling=H1,H2&releasableTo=&method=sinkhole&mapping=%7B%22value%22%3A%22ip%22%7D";
    const { body } = await handIn(partnerA, "partner-a", "ip\n198.18.5.1\n", more);
    expect(body).toMatchObject({
      marking: { tlp: "RED", codes: ["H1", "H2"], releasableTo: [] },
      method: "sinkhole",
    });
  });

  it("is listed page by page, the latest first", async () => {
    const seen: unknown[] = [];
    let after = "";
    do {
      const page: Answer = await partnerA.get(`${HERE}/deliveries?limit=2${after}`);
      const deliveries = at(page, "deliveries");
      seen.push(...(Array.isArray(deliveries) ? deliveries : []));
      const next = at(page, "after");
      after = typeof next === "string" ? `&after=${next}` : "";
    } while (after !== "");
    const whole = at(await partnerA.get(`${HERE}/deliveries?limit=200`), "deliveries");
    expect(seen).toEqual(whole);
    expect(seen.length).toBeGreaterThan(3);
  });

  it("gives what was refused as CSV in which no spreadsheet runs anything", async () => {
    const made = await handIn(
      partnerA,
      "partner-a",
      "ip,last_seen\n198.18.7.1,2026-10-01\n=cmd,2026-10-01\n+x,2026-10-01\n",
    );
    await takeIn(at(made, "id"));
    const refused = await partnerA.get(`${HERE}/deliveries/${idOf(made)}/refused`);
    expect(refused.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(refused.headers["content-disposition"]).toBe('attachment; filename="refused.csv"');
    const [header, ...lines] = refused.text.trimEnd().split("\n");
    expect(header).toBe("part,row,code,reason,raw");
    expect(lines).toHaveLength(2);
    expect(refused.text).toContain(",'=cmd");
    expect(refused.text).toContain(",'+x");
  });
});

describe("a token of a partner's machine", () => {
  const give = async (source = "partner-a", body: object = { label: "feed server" }) =>
    coordinator.send("POST", `${HERE}/sources/${source}/tokens`, body);
  const asMachine = (token: unknown) => ({ authorization: `Bearer ${String(token)}` });
  const ask = (token: unknown, url: string) => inject(http.server, "GET", url, undefined, asMachine(token));
  const send = (token: unknown, source: string, text: string) =>
    inject(
      http.server,
      "POST",
      `${HERE}/deliveries?source=${source}&file=m.csv&role=c2`,
      Buffer.from(text),
      asMachine(token),
    );

  it("delivers for its one source and reads the receipts of what it delivered, and nothing else", async () => {
    const token = at(await give(), "token");
    const byHand = await handIn(partnerA, "partner-a", "ip\n198.18.6.1\n");
    const made = await send(token, "partner-a", "ip\n198.18.6.2\n");
    expect(made.status).toBe(201);
    expect(made.text).not.toContain("newThreats");
    const listed = at(await ask(token, `${HERE}/deliveries`), "deliveries");
    expect(listed).toMatchObject([{ id: at(made, "id") }]);
    expect((await ask(token, `${HERE}/deliveries/${idOf(made)}`)).status).toBe(200);
    expect((await ask(token, `${HERE}/deliveries/${idOf(made)}/refused`)).status).toBe(200);
    expect((await ask(token, `${HERE}/deliveries/${idOf(byHand)}`)).status).toBe(404);
    expect((await send(token, "partner-b", CSV)).status).toBe(404);
    expect((await ask(token, "/operations/nowhere/deliveries")).status).toBe(404);
    const nobody = await inject(http.server, "GET", "/me");
    for (const url of [
      "/me",
      "/operations",
      HERE,
      `${HERE}/sources`,
      `${HERE}/sources/partner-a/tokens`,
      `${HERE}/events`,
    ])
      expect(await ask(token, url)).toMatchObject({ status: 401, text: nobody.text });
    // The partner's own officer sees what his machine handed in.
    expect((await partnerA.get(`${HERE}/deliveries/${idOf(made)}`)).status).toBe(200);
  });

  it("acknowledges bytes that an officer handed in as a repeat, without naming his delivery", async () => {
    const token = at(await give(), "token");
    await handIn(partnerA, "partner-a", "ip\n198.18.6.3\n");
    const repeat = await inject(
      http.server,
      "POST",
      `${HERE}/deliveries?source=partner-a&file=list.csv&role=c2`,
      Buffer.from("ip\n198.18.6.3\n"),
      asMachine(token),
    );
    expect(repeat.body).toMatchObject({ state: "repeated", repeatOf: null });
  });

  it("is shown once, kept as a hash, and not given again to a repeated request", async () => {
    const key = { "idempotency-key": randomUUID() };
    const url = `${HERE}/sources/partner-a/tokens`;
    const given = await coordinator.send("POST", url, { label: "twice" }, key);
    const again = await coordinator.send("POST", url, { label: "twice" }, key);
    expect([given.status, again.status, at(again, "code")]).toEqual([201, 409, "http.answered_once"]);
    const list = await coordinator.get(url);
    expect(list.text).not.toContain(String(at(given, "token")));
    const { rows } = await intake()
      .database.pool("owner")
      .query(
        "select token::text from feeds.token union all select answered_request::text from platform.answered_request",
      );
    expect(JSON.stringify(rows)).not.toContain(String(at(given, "token")));
    expect(JSON.stringify(at(list, "tokens")).match(/"twice"/g)).toHaveLength(1);
  });

  it("is nobody's once it is revoked, expired or never was, in the same words", async () => {
    const given = await give();
    const token = at(given, "token");
    const url = `${HERE}/sources/partner-a/tokens/${idOf(given)}`;
    expect((await coordinator.send("DELETE", url.replace("partner-a", "partner-b"))).status).toBe(404);
    expect((await ask(token, `${HERE}/deliveries`)).status).toBe(200);
    const revoked = await coordinator.send("DELETE", url);
    expect(revoked.body).toMatchObject({ revokedAt: expect.any(String), lastUsedOn: expect.any(String) });
    expect((await coordinator.send("DELETE", url)).body).toEqual(revoked.body);
    const old = await give();
    await intake()
      .database.pool("owner")
      .query(
        "update feeds.token set given_at = now() - interval '2 days', expires_at = now() where public_id = $1",
        [at(old, "id")],
      );
    const answers = await Promise.all(
      [token, at(old, "token"), "muster_deliver_x", ""].map((each) => ask(each, `${HERE}/deliveries`)),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 401, text: answers[0]?.text });
  });

  it("is given by coordinators who have just proved who they are, for at most a year", async () => {
    const analyst = await http.officer({ roles: [{ operation, role: "analyst" }], steppedUp: true });
    const url = `${HERE}/sources/partner-a/tokens`;
    expect((await analyst.send("POST", url, { label: "x" })).status).toBe(403);
    const tired = await http.officer({ roles: [{ operation, role: "coordinator" }] });
    expect(at(await tired.send("POST", url, { label: "x" }), "code")).toBe("people.step_up");
    expect((await give("partner-a", { label: "x", days: 367 })).status).toBe(400);
    expect((await give("nowhere")).status).toBe(404);
  });
});

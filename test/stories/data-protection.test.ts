import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { aSource, withIntake } from "../support/intake.ts";

const intake = withIntake({ tables: "none" });
let http: TestServer;
let protection: SignedIn;
let coordinator: SignedIn;
let partner: SignedIn;
let keys = 0;

const base = "/operations/harbour";
const post = (officer: SignedIn, path: string, body: unknown) =>
  officer.send("POST", `${base}${path}`, body, { "idempotency-key": `key-of-the-test-${++keys}` });

beforeAll(async () => {
  await intake().deliver(
    aSource("partner-a"),
    "people.csv",
    "indicator,first_seen,reference\njane.roe@mail.example,2026-10-01,ticket 7\n198.18.0.1,2026-10-01,\n",
    { role: "victim" },
  );
  await intake().deliver(
    aSource("partner-b"),
    "more.csv",
    "indicator,first_seen,reference\njane.roe@mail.example,2026-10-02,\nhost.example,2026-10-02,wrote to jane.roe@mail.example\n",
    { role: "scam" },
  );
  http = await openTestServer(intake().database);
  const operation = (await intake().operation()).id;
  protection = await http.officer({ roles: [{ operation, role: "data-protection" }], steppedUp: true });
  coordinator = await http.officer({ roles: [{ operation, role: "coordinator" }], steppedUp: true });
  partner = await http.officer({
    roles: [{ operation, role: "partner", source: "partner-a" }],
    steppedUp: true,
  });
}, 60_000);
afterAll(() => http.close());

describe("personal values", () => {
  it("have category, standing, purpose and review date without anybody saying so, and with all four where one does", async () => {
    const queue = await protection.get(`${base}/personal-reviews?dueBy=2036-01-01`);
    expect(queue.body).toMatchObject({
      threats: [
        { value: "jane.roe@mail.example", role: "victim", category: "victim", standing: "assessment" },
        { value: "jane.roe@mail.example", role: "scam", category: "suspect", explicit: false },
      ],
    });
    const [{ id }] = (queue.body as { threats: [{ id: string }] }).threats; // the shape was just compared
    const said = { category: "witness", standing: "fact", purpose: "hearing", reviewOn: "2026-12-01" };
    for (const missing of Object.keys(said)) {
      const body = Object.fromEntries(Object.entries(said).filter(([name]) => name !== missing));
      expect((await coordinator.send("PUT", `${base}/personal-reviews/${id}`, body)).status).toBe(400);
    }
    expect((await coordinator.send("PUT", `${base}/personal-reviews/${id}`, said)).body).toEqual(said);
    const again = await coordinator.get(`${base}/personal-reviews?dueBy=2026-12-01`);
    expect(again.body).toMatchObject({ threats: [{ id, ...said, explicit: true }] });
  });
});

describe("a person's request", () => {
  it("is answered from everything held, by source, and without what a source objects to", async () => {
    const made = await post(protection, "/subject-requests", {
      kind: "access",
      subject: "Jane Roe",
      identifiers: [{ type: "email-addr", value: "Jane.Roe@Mail.Example" }],
      receivedOn: "2026-11-01",
      dueOn: "2027-01-31",
    });
    expect(made.status).toBe(201);
    const { id, holdings } = made.body as {
      id: string;
      holdings: { source: string; statements: unknown[] }[];
    }; // compared below
    expect(holdings.map(({ statements }) => statements.length).toSorted((a, b) => a - b)).toEqual([1, 2]);
    const step = (body: unknown) => post(protection, `/subject-requests/${id}/step`, body);
    expect((await step({ step: "decide", outcome: "granted", grounds: "no reason not to" })).status).toBe(
      409,
    );
    await step({ step: "search" });
    expect((await step({ step: "decide", outcome: "granted", grounds: "no reason not to" })).status).toBe(
      409,
    );
    expect((await step({ step: "consult", answerBy: "2099-01-01" })).status).toBe(200);
    const [first, second] = holdings.map(({ source }) => source);
    const agrees = { step: "source-answer", source: first, answer: "no-objection" };
    expect((await step(agrees)).status).toBe(200);
    const objects = { step: "source-answer", source: second, answer: "objects" };
    expect((await step(objects)).status).toBe(400);
    expect((await step({ ...objects, grounds: "an investigation is open" })).status).toBe(200);
    expect((await step({ step: "decide", outcome: "granted", grounds: "no reason not to" })).status).toBe(
      409,
    );
    await step({
      step: "decide",
      outcome: "granted-in-part",
      grounds: "one source has an open investigation",
    });
    const done = await step({ step: "answer" });
    expect(done.body).toMatchObject({ state: "answered", answer: [{ source: first }] });
    expect((done.body as { answer: unknown[] }).answer).toHaveLength(1); // the shape was just compared
  });

  it("is seen by data-protection officers alone", async () => {
    for (const officer of [coordinator, partner]) {
      const seen = await officer.get(`${base}/subject-requests`);
      expect([403, 404]).toContain(seen.status);
      expect(seen.text).not.toContain("Jane");
    }
    const { rows } = await intake().database.pool("app").query("select from threats.subject_request");
    expect(rows).toEqual([]);
  });
});

describe("retention", () => {
  const listed = async () =>
    (await protection.get(`${base}/retention`)).body as {
      deliveries: {
        delivery: string;
        file: string;
        days: number;
        due: boolean;
        postponeUntilAtMost: string;
      }[];
    }; // each test compares what it reads of it

  it("gives every delivery its day, victims sooner, and is put off within bounds only", async () => {
    const { deliveries } = await listed();
    expect(deliveries.map(({ file, days, due }) => [file, days, due])).toEqual([
      ["people.csv", 365, false],
      ["more.csv", 1826, false],
    ]);
    const [people] = deliveries;
    const put = (until: string) =>
      post(protection, `/retention/${people?.delivery}/postponement`, {
        until,
        reason: "a trial is under way",
      });
    expect((await put("2099-01-01")).status).toBe(400);
    expect((await put("2020-01-01")).status).toBe(400);
    expect((await put(people?.postponeUntilAtMost ?? "")).body).toMatchObject({
      postponedTo: people?.postponeUntilAtMost,
    });
    expect((await coordinator.get(`${base}/retention`)).status).toBe(403);
  });

  it("lets an owner take back what is his at once, the desk with consent, and nobody what is another's", async () => {
    const { deliveries } = await listed();
    const named = (file: string) => deliveries.find((each) => each.file === file)?.delivery;
    const ask = (officer: SignedIn, file: string, reason = "handed in by mistake") =>
      post(officer, "/deletions", { delivery: named(file), reason });
    expect((await ask(partner, "more.csv")).status).toBe(404);
    expect((await ask(partner, "people.csv", "it names jane.roe@mail.example")).status).toBe(400);
    expect((await ask(partner, "people.csv")).body).toMatchObject({ state: "approved", ground: "owner" });
    const asked = await ask(coordinator, "more.csv");
    expect(asked.body).toMatchObject({ state: "asked" });
    const { id } = asked.body as { id: string }; // every deletion has one
    expect((await post(coordinator, `/deletions/${id}/decision`, { decision: "approve" })).status).not.toBe(
      200,
    );
    expect((await post(protection, `/deletions/${id}/decision`, { decision: "approve" })).body).toMatchObject(
      {
        state: "approved",
      },
    );
    expect((await post(protection, `/deletions/${id}/decision`, { decision: "approve" })).status).toBe(409);
    const seen = (await partner.get(`${base}/deletions`)).body;
    expect(seen).toMatchObject({ deletions: [{ ground: "owner" }] });
    expect((await partner.get(`${base}/deletions/${id}/certificate`)).status).toBe(404);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertOperation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../test/support/database.ts";
import { inject, openTestServer, type TestServer } from "../../test/support/http.ts";
import { ROUTES } from "./routes.ts";

const database = withDatabase();
let http: TestServer;
const defects: unknown[] = [];
let harbour = 0;
let quay = 0;

const operation = (id: string) =>
  transaction(database().pool("app"), (db) =>
    insertOperation(db, {
      id,
      name: id,
      from: "2026-09-01",
      to: "2026-11-30",
      mode: "remote",
      purpose: "test",
      legalBasis: "none",
      countries: ["ID", "MY"],
      sources: [],
    }),
  );

beforeAll(async () => {
  harbour = (await operation("harbour")).id;
  quay = (await operation("quay")).id;
  http = await openTestServer(database(), defects);
});
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

describe("the gate", () => {
  it("refuses every route that is not for anyone without a session, with an unknown and with an ended one, in the same words", async () => {
    const ended = await http.officer({});
    await database()
      .pool("owner")
      .query("update people.session set ended_at = now() where officer = $1", [ended.id]);
    for (const { route } of ROUTES) {
      if (route.access.for === "anyone") continue;
      const url = route.path.replaceAll(/:\w+/g, "harbour");
      const answers = await Promise.all(
        [{}, { cookie: "muster_session=unknown" }, { cookie: ended.cookie }].map((headers) =>
          inject(http.server, route.method, url, undefined, headers),
        ),
      );
      for (const answer of answers) {
        expect({ route: route.id, status: answer.status, text: answer.text }).toEqual({
          route: route.id,
          status: 401,
          text: answers[0]?.text,
        });
      }
    }
  });

  it("shows an officer the operations he is a member of, and of others not that they exist", async () => {
    const officer = await http.officer({
      roles: [{ operation: harbour, role: "national-officer", country: "ID" }],
    });
    const { body } = await officer.get("/operations");
    expect(body).toMatchObject({ operations: [{ id: "harbour" }] });
    expect((await officer.get("/operations/harbour")).body).toMatchObject({
      you: { role: "national-officer", country: "ID" },
    });
    const hidden = await officer.get("/operations/quay");
    const absent = await officer.get("/operations/nowhere");
    expect(hidden.status).toBe(404);
    expect(hidden.text).toBe(absent.text);
    expect(Object.keys(hidden.headers)).toEqual(Object.keys(absent.headers));
    expect(quay).toBeGreaterThan(0);
  });

  it("holds nothing against a membership that has ended but that there is nothing to see", async () => {
    const officer = await http.officer({ roles: [{ operation: quay, role: "analyst" }] });
    expect((await officer.get("/operations/quay")).status).toBe(200);
    await database()
      .pool("owner")
      .query("update people.membership set until_time = now() where officer = $1", [officer.id]);
    expect((await officer.get("/operations/quay")).status).toBe(404);
  });

  it("takes no act from a page of another site", async () => {
    const officer = await http.officer({});
    expect((await officer.get("/me", { "sec-fetch-site": "cross-site" })).status).toBe(200);
  });
});

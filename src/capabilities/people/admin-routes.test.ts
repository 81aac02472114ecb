import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertOperation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../../test/support/database.ts";
import { openTestServer, type SignedIn, type TestServer } from "../../../test/support/http.ts";
import { anOperationFile } from "../../../test/support/intake.ts";
import { routes as adminRoutes } from "./admin-routes.ts";
import { MEMBER_ROLES } from "./contract.ts";
import { routes as memberRoutes } from "./member-routes.ts";
import { READS_AS } from "./model/roles.ts";

const database = withDatabase();
const defects: unknown[] = [];
const nobody = "00000000-0000-4000-8000-000000000000";
let http: TestServer;
let operation = 0;
let root: SignedIn;

beforeAll(async () => {
  operation = (await transaction(database().pool("owner"), (db) => insertOperation(db, anOperationFile())))
    .id;
  http = await openTestServer(database(), defects);
  root = await administrator();
});
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

const administrator = () => http.officer({ duties: ["administrator"], steppedUp: true });
const idOf = async (officer: SignedIn) => textAt((await officer.get("/me")).body, "id");
function textAt(body: unknown, key: string): string {
  return typeof body === "object" && body !== null && key in body ? String(Reflect.get(body, key)) : "";
}
const roleIn = (role: (typeof MEMBER_ROLES)[number], where = operation) => ({
  operation: where,
  role,
  ...(READS_AS[role] === "country" ? { country: "ID" } : {}),
  ...(READS_AS[role] === "source" ? { source: "partner-a" } : {}),
});

describe("the administrators' routes", () => {
  it("refuse every other role and duty, and an administrator who has not stepped up", async () => {
    const others = [
      ...(await Promise.all(
        MEMBER_ROLES.map((role) => http.officer({ roles: [roleIn(role)], steppedUp: true })),
      )),
      await http.officer({ duties: ["auditor"], steppedUp: true }),
      await http.officer({ duties: ["administrator"] }),
    ];
    const routes = adminRoutes.filter(({ route }) => route.access.for === "duty");
    expect(routes.length).toBe(9);
    for (const { route } of routes) {
      const url = route.path
        .replace(":organisation", "test")
        .replace(":officer", nobody)
        .replace(":duty", "auditor");
      for (const officer of others) {
        const { status } =
          route.method === "GET" ? await officer.get(url) : await officer.send(route.method, url, {});
        expect([route.id, status]).toEqual([route.id, 403]);
      }
    }
  });

  it("take no key that their contracts do not name, nor do those of members", () => {
    const bodies = [...adminRoutes, ...memberRoutes].flatMap(({ route }) =>
      route.body === undefined || route.body === "bytes" ? [] : [{ id: route.id, body: route.body }],
    );
    expect(bodies.length).toBe(15);
    for (const { id, body } of bodies) {
      for (const smuggled of ["id", "officer_id", "duties", "given_by", "state", "__proto__x", "changedBy"]) {
        const refused = body.safeParse({ [smuggled]: 1 });
        const keys = refused.error?.issues.flatMap((issue) =>
          issue.code === "unrecognized_keys" ? issue.keys : [],
        );
        expect([id, keys]).toEqual([id, [smuggled]]);
      }
    }
  });
});

describe("organisations", () => {
  const pier = { code: "pier-police", name: "Pier Police", kind: "police", country: "ID", isBureau: true };

  it("are added once, listed, and changed by whoever read them last", async () => {
    const added = await root.send("POST", "/organisations", pier);
    expect([added.status, added.body]).toEqual([201, { ...pier, version: 1 }]);
    const again = await root.send("POST", "/organisations", { ...pier, isBureau: false });
    expect([again.status, textAt(again.body, "code")]).toEqual([409, "people.organisation_exists"]);
    const changed = await root.send("PATCH", "/organisations/pier-police", {
      version: 1,
      name: "Pier Water Police",
    });
    expect(changed.body).toEqual({ ...pier, name: "Pier Water Police", version: 2 });
    const late = await root.send("PATCH", "/organisations/pier-police", { version: 1, name: "Late" });
    expect([late.status, textAt(late.body, "code")]).toEqual([409, "people.changed_meanwhile"]);
    expect((await root.send("PATCH", "/organisations/nowhere", { version: 1, name: "x" })).status).toBe(404);
    expect(textAt((await root.get("/organisations")).body, "organisations")).not.toBe("");
  });

  it("have one bureau for each country, and only the police is one", async () => {
    const second = { ...pier, code: "second-police" };
    expect(textAt((await root.send("POST", "/organisations", second)).body, "code")).toBe(
      "people.bureau_exists",
    );
    const company = { ...pier, code: "company", kind: "partner" };
    expect((await root.send("POST", "/organisations", company)).status).toBe(400);
    await root.send("POST", "/organisations", { ...company, isBureau: false });
    const made = await root.send("PATCH", "/organisations/company", { version: 1, isBureau: true });
    expect([made.status, textAt(made.body, "code")]).toEqual([400, "people.not_a_bureau"]);
  });
});

describe("officers", () => {
  const add = async (name: string) =>
    textAt((await root.send("POST", "/officers", { organisation: "test", name, language: "fr" })).body, "id");

  it("are added with nothing, changed, given a duty and lose it", async () => {
    const id = await add("Quay Clerk");
    const listed = await root.get("/officers?organisation=test");
    expect(listed.text).toContain(
      `"id":"${id}","name":"Quay Clerk","organisation":"test","language":"fr","duties":[]`,
    );
    const changed = await root.send("PATCH", `/officers/${id}`, { version: 1, language: "ar" });
    expect(changed.body).toMatchObject({ name: "Quay Clerk", language: "ar", version: 2 });
    expect((await root.send("PATCH", `/officers/${id}`, { version: 1, language: "es" })).status).toBe(409);
    expect((await root.send("POST", `/officers/${id}/duties`, { duty: "administrator" })).body).toMatchObject(
      {
        duties: ["administrator"],
      },
    );
    expect((await root.send("DELETE", `/officers/${id}/duties/administrator`)).body).toMatchObject({
      duties: [],
    });
    const unknown = await root.send("POST", "/officers", { organisation: "nowhere", name: "x" });
    expect([unknown.status, textAt(unknown.body, "code")]).toEqual([400, "people.unknown_organisation"]);
  });

  it("end with their sessions and duties, for good", async () => {
    const officer = await administrator();
    const id = await idOf(officer);
    const ended = await root.send("POST", `/officers/${id}/end`, { reason: "left the service" });
    expect(ended.body).toMatchObject({ id, duties: [], endedAt: expect.any(String) });
    expect((await officer.get("/me")).status).toBe(401);
    const { rows } = await database()
      .pool("owner")
      .query("select from people.session where officer = $1 and ended_at is null", [officer.id]);
    expect(rows).toEqual([]);
    const again = await root.send("POST", `/officers/${id}/end`, { reason: "twice" });
    expect([again.status, textAt(again.body, "code")]).toEqual([409, "people.account_ended"]);
  });

  it("are not touched by whoever lacks a right of theirs, whichever right it is", async () => {
    const stronger = [
      await http.officer({ duties: ["auditor"] }),
      ...(await Promise.all(MEMBER_ROLES.map((role) => http.officer({ roles: [roleIn(role)] })))),
    ];
    for (const officer of stronger) {
      const id = await idOf(officer);
      const answers = [
        await root.send("PATCH", `/officers/${id}`, { version: 1, name: "Taken" }),
        await root.send("POST", `/officers/${id}/end`, { reason: "mine" }),
        await root.send("POST", `/officers/${id}/duties`, { duty: "administrator" }),
        await root.send("DELETE", `/officers/${id}/duties/auditor`),
      ];
      for (const { status, body } of answers)
        expect([status, textAt(body, "code")]).toEqual([403, "people.holds_more"]);
      expect((await officer.get("/me")).status).toBe(200);
    }
  });

  it("do nothing of this to themselves but correct their name", async () => {
    const self = await administrator();
    const id = await idOf(self);
    expect((await self.send("PATCH", `/officers/${id}`, { version: 1, name: "Corrected" })).status).toBe(200);
    for (const answer of [
      await self.send("POST", `/officers/${id}/end`, { reason: "me" }),
      await self.send("POST", `/officers/${id}/duties`, { duty: "auditor" }),
      await self.send("DELETE", `/officers/${id}/duties/administrator`),
    ])
      expect([answer.status, textAt(answer.body, "code")]).toEqual([403, "people.not_on_yourself"]);
  });

  it("of two administrators who end each other at once, one remains", async () => {
    const [one, two] = [await administrator(), await administrator()];
    const ids = [await idOf(one), await idOf(two)];
    const answers = await Promise.all([
      one.send("POST", `/officers/${ids[1]}/end`, { reason: "first" }),
      two.send("POST", `/officers/${ids[0]}/end`, { reason: "second" }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  });

  it("answer an unknown officer and a known one of no rights to nobody but administrators", async () => {
    for (const path of ["", "/end", "/duties"]) {
      const method = path === "" ? "PATCH" : "POST";
      const body = path === "" ? { version: 1 } : path === "/end" ? { reason: "x" } : { duty: "auditor" };
      expect((await root.send(method, `/officers/${nobody}${path}`, body)).status).toBe(404);
    }
  });

  it("choose their own language and see their colleagues", async () => {
    const officer = await http.officer({});
    expect((await officer.send("PATCH", "/me", { language: "es" })).body).toEqual({ language: "es" });
    expect((await officer.get("/me")).body).toMatchObject({ language: "es" });
    expect((await officer.send("PATCH", "/me", { language: "es", duties: ["administrator"] })).status).toBe(
      400,
    );
    expect((await officer.get("/me/colleagues")).text).toContain(await idOf(officer));
  });
});

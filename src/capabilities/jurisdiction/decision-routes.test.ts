import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type SignedIn, type TestServer } from "../../../test/support/http.ts";
import { withIntake } from "../../../test/support/intake.ts";

/** Decisions about countries, and merges: the desk's own words about threats. */

const intake = withIntake({ tables: "none" });
const defects: unknown[] = [];
const ids = new Map<string, string>();
const BASE = "/operations/harbour";
const NOBODY = "00000000-0000-4000-8000-000000000000";
let http: TestServer;
let desk: SignedIn;
let colleague: SignedIn;
let indonesia: SignedIn;
let malaysia: SignedIn;
let partner: SignedIn;

beforeAll(async () => {
  const { id } = await intake().operation();
  const file = (rows: string) => `indicator,malware\n${rows}`;
  await intake().deliver("open", "open.csv", file("a.example,alpha\nb.example,beta\n"), {
    role: "c2",
    tlp: "AMBER",
  });
  await intake().deliver("closed", "closed.csv", file("c.example,gamma\n"), { role: "c2", tlp: "RED" });
  const { rows } = await intake()
    .database.pool("owner")
    .query<{ id: string; value: string }>("select id, value from threats.threat");
  for (const row of rows) ids.set(row.value, row.id);
  http = await openTestServer(intake().database, defects, join(intake().folder, "files"));
  desk = await http.officer({ roles: [{ operation: id, role: "analyst" }] });
  colleague = await http.officer({ roles: [{ operation: id, role: "coordinator" }] });
  const bureau = (country: string) =>
    http.officer({ roles: [{ operation: id, role: "national-officer", country }] });
  [indonesia, malaysia] = [await bureau("ID"), await bureau("MY")];
  partner = await http.officer({ roles: [{ operation: id, role: "partner", source: "open" }] });
}, 60_000);
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

const threat = (value: string) => ids.get(value) ?? NOBODY;
const at = (value: string, role = "owner") => `${BASE}/threats/${threat(value)}/decisions/${role}`;
const SECRET = "the owner told the desk in confidence";

async function decide(officer: SignedIn, value: string, country: string, role = "owner") {
  const { headers } = await officer.get(at(value, role));
  return officer.send(
    "PUT",
    at(value, role),
    { country, reason: SECRET },
    { "if-match": String(headers.etag) },
  );
}

describe("a decision about a country", () => {
  it("is shown with its reason to the desk, without it to the country it names, and to no other", async () => {
    expect(await decide(desk, "a.example", "ID")).toMatchObject({
      status: 200,
      body: { decision: { country: "ID", countryRole: "owner", reason: SECRET, withdrawnAt: null } },
    });
    const seen = await indonesia.get(at("a.example"));
    expect(seen).toMatchObject({
      status: 200,
      body: { decision: { country: "ID", reason: null, decidedBy: null, withdrawnBy: null } },
    });
    for (const other of [malaysia, partner])
      expect((await other.get(at("a.example"))).body).toEqual({ decision: null });
    const history = `${BASE}/threats/${threat("a.example")}/decisions`;
    expect((await malaysia.get(history)).body).toEqual({ decisions: [] });
    expect((await indonesia.get(history)).text).not.toContain(SECRET);
  });

  it("tells nothing of a threat that its country may not see", async () => {
    await decide(desk, "c.example", "ID");
    const hidden = await indonesia.get(at("c.example"));
    const absent = await indonesia.get(`${BASE}/threats/${NOBODY}/decisions/owner`);
    expect(hidden.status).toBe(404);
    expect(hidden.text).toBe(absent.text);
  });

  it("is made by the desk alone, in the route and in the database", async () => {
    expect((await decide(indonesia, "b.example", "MY")).status).toBe(403);
    expect((await decide(desk, "b.example", "XX")).status).toBe(400);
  });

  it("does not replace one that was not read: both versions are shown", async () => {
    const { headers } = await desk.get(at("b.example"));
    expect((await decide(colleague, "b.example", "MY")).status).toBe(200);
    const late = await desk.send(
      "PUT",
      at("b.example"),
      { country: "SG", reason: "a document" },
      { "if-match": String(headers.etag) },
    );
    expect(late.status).toBe(412);
    expect(late.body).toMatchObject({
      yours: { country: "SG" },
      current: { decision: { country: "MY" } },
    });
    const blind = await desk.send("PUT", at("b.example"), { country: "SG", reason: "a document" });
    expect(blind.status).toBe(428);
  });

  it("stays in the history when another replaces it or it is withdrawn", async () => {
    await decide(desk, "b.example", "SG");
    const { headers } = await desk.get(at("b.example"));
    const gone = await desk.send("DELETE", at("b.example"), undefined, { "if-match": String(headers.etag) });
    expect(gone).toMatchObject({ status: 200, body: { decision: null } });
    const { body } = await desk.get(`${BASE}/threats/${threat("b.example")}/decisions`);
    expect(body).toMatchObject({
      decisions: [
        { country: "MY", withdrawnAt: expect.any(String) },
        { country: "SG", withdrawnAt: expect.any(String) },
      ],
    });
  });
});

describe("a merge", () => {
  const merges = `${BASE}/merges`;

  it("is the desk's: others are refused, and hidden and absent threats alike", async () => {
    const body = { kept: threat("a.example"), merged: threat("b.example"), reason: "one panel" };
    for (const other of [indonesia, partner])
      expect((await other.send("POST", merges, body)).status).toBe(403);
    expect((await desk.send("POST", merges, { ...body, merged: NOBODY })).status).toBe(404);
    expect((await indonesia.get(`${BASE}/threats/${threat("a.example")}/merges`)).status).toBe(403);
  });

  it("is named by an id that tells no number, and is taken back once", async () => {
    const body = { kept: threat("a.example"), merged: threat("b.example"), reason: "one panel" };
    const made = await desk.send("POST", merges, body);
    expect(made).toMatchObject({ status: 201, body: { ...body, undoneAt: null } });
    const { id } = made.body as { id: string }; // by its schema
    expect((await colleague.get(`${BASE}/threats/${threat("b.example")}/merges`)).body).toEqual({
      merges: [made.body],
    });
    const undo = () => colleague.send("POST", `${merges}/${id}/undo`);
    expect(await undo()).toMatchObject({ status: 200, body: { undoneAt: expect.any(String) } });
    expect(await undo()).toMatchObject({ status: 409, body: { code: "threats.not_mergeable" } });
    expect((await desk.send("POST", `${merges}/${NOBODY}/undo`)).status).toBe(404);
  });
});

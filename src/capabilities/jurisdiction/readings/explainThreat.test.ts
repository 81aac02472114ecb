import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asCaller } from "#platform/postgres/caller.ts";
import { openTestServer, type SignedIn, type TestServer } from "../../../../test/support/http.ts";
import { aSource, withIntake } from "../../../../test/support/intake.ts";
import { explainThreat } from "../contract.ts";

const OPEN = aSource("partner-a", { mayBeNamed: true });
const OTHER = aSource("partner-b");
const CLOSED = aSource("partner-r", { tlp: "RED" });
const DESK = { officer: "1", operations: "{1}", desk: "{1}" };
const PATH = "/operations/harbour/threats";

const intake = withIntake();
const defects: unknown[] = [];
let http: TestServer;
let country: SignedIn;
let desk: SignedIn;
let partner: SignedIn;
let ids: Record<string, string> = {};

beforeAll(async () => {
  await asCaller(DESK, async () => {
    const deliver = intake().deliver;
    await deliver(
      CLOSED,
      "closed.csv",
      "ip,country,family\n198.18.5.1,SG,secretbot\n198.18.5.9,SG,secretbot\n",
      { role: "c2" },
    );
    await deliver(OPEN, "open.csv", "ip,country,family\n198.18.5.1,ID,alpharat\n", { role: "c2" });
    await deliver(OTHER, "other.csv", "ip,country,family\n198.18.5.1,MY,alpharat\n", { role: "c2" });
  });
  http = await openTestServer(intake().database, defects);
  const { id: operation } = await asCaller(DESK, () => intake().operation());
  country = await http.officer({ roles: [{ operation, role: "national-officer", country: "ID" }] });
  desk = await http.officer({ roles: [{ operation, role: "analyst" }] });
  partner = await http.officer({ roles: [{ operation, role: "partner", source: "partner-a" }] });
  const { rows } = await intake()
    .database.pool("owner")
    .query<{ id: string; value: string }>("select id, value from threats.threat");
  ids = Object.fromEntries(rows.map(({ id, value }) => [value, id]));
}, 60_000);
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

async function explain(officer: SignedIn, value: string) {
  const { status, text, body } = await officer.get(`${PATH}/${ids[value]}`);
  expect({ status, text }).toMatchObject({ status: 200 });
  return { ...explainThreat.response.parse(body), text };
}

describe("one threat with its reasons", () => {
  it("says who said what under which handling, names who may be named, and nothing of what is hidden", async () => {
    const threat = await explain(country, "198.18.5.1");
    expect(threat.assertions).toHaveLength(2);
    expect(new Set(threat.assertions.map(({ name }) => name))).toEqual(new Set([OPEN.name, null]));
    expect(threat.assertions[0]?.handling).toEqual({ tlp: "AMBER", pap: null, codes: [], expiresOn: null });
    expect(threat.families).toEqual(["alpharat"]);
    expect(threat.text).not.toMatch(/secretbot|"SG"|"partner-|partner-[br]/);
    const whole = await explain(desk, "198.18.5.1");
    expect(whole.assertions).toHaveLength(3);
    expect(whole.families).toEqual(["alpharat", "secretbot"]);
  });

  it("weighs the countries from what its reader may see, and keeps what disagrees", async () => {
    const seen = await explain(country, "198.18.5.1");
    expect(seen.countries).toEqual([]);
    expect(seen.unassigned?.reason).toBe("evidence-disagrees");
    expect(seen.evidence.map((piece) => piece.country).sort()).toEqual(["ID", "MY"]);
    const own = await explain(partner, "198.18.5.1");
    expect(own.countries.map((role) => [role.role, role.country, role.decidedBy.basis])).toEqual([
      ["hosting", "ID", "source-word"],
    ]);
    expect(own.why.decided[0]).toContain("Indonesia");
  });

  it("names delivery, part and row to those who may see the delivery", async () => {
    expect((await explain(country, "198.18.5.1")).assertions.map(({ row }) => row)).toEqual([null, null]);
    expect((await explain(partner, "198.18.5.1")).assertions.map(({ row }) => row?.row)).toEqual([2]);
    const rows = (await explain(desk, "198.18.5.1")).assertions.map(({ row }) => row);
    expect(new Set(rows.map((row) => row?.delivery)).size).toBe(3);
  });

  it("answers for a hidden threat as for one that never was", async () => {
    const hidden = await country.get(`${PATH}/${ids["198.18.5.9"]}`);
    const absent = await country.get(`${PATH}/00000000-0000-4000-8000-000000000001`);
    expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    expect((await explain(desk, "198.18.5.9")).assertions).toHaveLength(1);
  });

  it("shows the desk why threats were merged, and a reader of both that they were", async () => {
    const owner = intake().database.pool("owner");
    await asCaller(DESK, () => intake().deliver(OPEN, "twin.csv", "ip\n198.18.5.2\n", { role: "c2" }));
    const { rows } = await owner.query<{ id: string }>(
      "select id from threats.threat where value = '198.18.5.2'",
    );
    const twin = rows[0]?.id ?? "";
    ids["198.18.5.2"] = twin;
    const kept = ids["198.18.5.1"];
    await owner.query("update threats.threat set merged_into = $1 where id = $2", [kept, twin]);
    await owner.query(
      "insert into threats.merge (operation, kept, merged, reason, merged_by) values (1, $1, $2, 'one server', 'test')",
      [kept, twin],
    );
    expect((await explain(desk, "198.18.5.1")).merged).toMatchObject([
      { id: twin, value: "198.18.5.2", reason: "one server" },
    ]);
    const seen = await explain(country, "198.18.5.1");
    expect(seen.merged).toMatchObject([{ id: twin, reason: null, mergedAt: null }]);
    expect(seen.assertions).toHaveLength(3);
    expect((await explain(country, "198.18.5.2")).mergedInto).toBe(kept);
  });
});

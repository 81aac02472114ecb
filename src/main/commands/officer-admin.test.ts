import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate } from "#platform/postgres/migrate.ts";
import { muster, ownFolder } from "../../../test/support/muster.ts";
import { type House, openHouse } from "../house.ts";

const folder = ownFolder();
/** Held open, so that the commands share its database server instead of starting one each. */
let house: House;
beforeAll(async () => {
  house = await openHouse("cli", await folder());
  await migrate(house.database.pool("owner"));
}, 60_000);
afterAll(() => house.close());

/** As the owner of the machine, who owns its database. */
const asOwner = (statement: string) => house.database.pool("owner").query(statement);

it("does for this machine's officer what the server would, and refuses what it would refuse", async () => {
  const data = ["--data", await folder()];
  const before = await muster("officer", "list", ...data);
  expect([before.code, before.err]).toEqual([77, "muster: This is not among your duties.\n"]);
  await asOwner(`insert into people.duty (officer, duty) select id, 'administrator' from people.officer;
    insert into people.organisation (code, name, kind, country, is_bureau) values ('id-police', 'Police', 'police', 'ID', true)`);

  const added = await muster(
    "officer",
    "add",
    "Pier Clerk",
    "--organisation",
    "id-police",
    "--json",
    ...data,
  );
  const [{ id }] = JSON.parse(added.out);
  expect((await muster("officer", "give", id, "auditor", ...data)).out).toContain("auditor");
  const refused = await muster("officer", "end", id, "--reason", "left", ...data);
  expect([refused.code, refused.err]).toEqual([
    77,
    expect.stringContaining("a duty or a role that you lack"),
  ]);
  expect((await muster("officer", "give", id, "coordinator", ...data)).code).toBe(65);

  await asOwner(`insert into operations.operation (code, name, from_date, to_date, mode, purpose, legal_basis, countries, opened_by)
    select 'harbour', 'Harbour', '2026-09-01', '2026-11-30', 'remote', 'test', 'none', '{ID}', min(id) from people.officer`);
  const inviting = [
    "operation",
    "invite",
    "harbour",
    "--bureau-of",
    "ID",
    "--role",
    "national-officer",
    "--country",
    "ID",
  ];
  const until = ["--answer-until", "2099-01-01T00:00:00Z", ...data];
  const asNobody = await muster(...inviting, ...until);
  expect([asNobody.code, asNobody.err]).toEqual([
    77,
    expect.stringContaining("does not include giving this one"),
  ]);
  await asOwner(`insert into people.membership (officer, operation, role)
    select min(officer.id), min(operation.id), 'coordinator' from people.officer, operations.operation`);
  const invited = await muster(...inviting, ...until);
  expect([invited.err, invited.out]).toEqual([
    "",
    expect.stringMatching(/^Invitation [0-9a-f-]{36} to id-police stands/),
  ]);
  expect((await muster(...inviting, "--answer-until", "soon", ...data)).code).toBe(65);
}, 120_000);

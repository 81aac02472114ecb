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

it("prints the first administrator's link until somebody can sign in, and others' links for administrators alone", async () => {
  const data = ["--data", await folder()];
  const owner = house.database.pool("owner");
  const first = await muster("officer", "first", ...data);
  expect([first.code, first.out]).toEqual([
    0,
    expect.stringMatching(/^http:\/\/localhost:8080\/enrol#[\w-]{43}\n$/),
  ]);
  const { rows } = await owner.query<{ id: string; administrator: number }>(
    `select public_id as id, officer.id as administrator from people.officer join people.duty on duty.officer = officer.id`,
  );
  const [{ id, administrator } = { id: "", administrator: 0 }] = rows;
  expect((await muster("officer", "enrol", id, ...data)).code).toBe(77);

  await owner.query(
    "insert into people.oidc_identity (issuer, subject, officer) values ('https://idp.example', 'one', $1)",
    [administrator],
  );
  const late = await muster("officer", "first", ...data);
  expect([late.code, late.out]).toEqual([65, ""]);
  await owner.query(
    `insert into people.duty (officer, duty) select id, 'administrator' from people.officer where local_account is not null`,
  );
  expect((await muster("officer", "enrol", id, ...data)).err).toContain("can sign in already");
  await owner.query("delete from people.oidc_identity");
  const again = await muster("officer", "enrol", id, "--json", ...data);
  expect(JSON.parse(again.out)).toMatchObject({ link: expect.stringContaining("/enrol#") });
}, 60_000);

import { expect, it } from "vitest";
import { deleteForGood } from "../../../../test/support/delete.ts";
import { aSource, withIntake } from "../../../../test/support/intake.ts";
import { transaction } from "../../../platform/postgres/transaction.ts";
import { insertPackage, listLatestPackages } from "../queries.ts";

const intake = withIntake({ tables: "none" });
const line = (value: string) => `indicator,first_seen\n${value},2026-10-01\n`;

it("a package is recalled with its files when what it told is deleted, and not for what its country never knew", async () => {
  const amber = aSource("partner-a", { tlp: "AMBER" });
  const told = await intake().deliver(amber, "told.csv", line("198.18.0.1"), { role: "c2" });
  const red = aSource("partner-b", { tlp: "RED" });
  const hidden = await intake().deliver(red, "hidden.csv", line("198.18.0.1"), { role: "c2" });
  const owner = intake().database.pool("owner");
  const { rows } = await owner.query<{ id: string }>("select id from threats.threat");
  const file = await intake().here.store.put([Buffer.from("a package of one file")]);
  const { id: operation } = await intake().operation();
  await transaction(intake().database.pool("worker"), (db) =>
    insertPackage(db, {
      operation,
      reference: "HARBOUR-ID-C2",
      version: 1,
      country: "ID",
      subject: "c2",
      duty: "act",
      language: "en",
      asOf: "2026-11-15T00:00:00Z",
      tlp: "AMBER",
      manifestSha256: file.sha256,
      keyFigures: {
        threats: 1,
        byType: { "ipv4-addr": 1 },
        byLiveness: { active: 1, stale: 0, inactive: 0, unknown: 0 },
        byFamily: [],
        withoutFamily: 1,
        governmentPortals: 0,
        hosts: 1,
        sharedInfrastructure: 0,
        disputed: 0,
        byBasis: [],
      },
      files: [{ name: "manifest.json", ...file }],
      threats: rows.map(({ id }) => id),
    }),
  );
  const isRecalled = async () => (await listLatestPackages(owner, operation))[0]?.isRecalled;
  await deleteForGood(intake(), hidden.id);
  expect(await isRecalled()).toBe(false);
  expect(await intake().here.store.has(file.sha256)).toBe(true);
  await deleteForGood(intake(), told.id);
  expect(await isRecalled()).toBe(true);
  expect(await intake().here.store.has(file.sha256)).toBe(false);
  expect((await owner.query("select from packages.package_threat")).rows).toEqual([]);
});

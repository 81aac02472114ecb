import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { withIntake } from "../../../../test/support/intake.ts";
import { takeDelivery } from "../../threats/index.ts";
import { insertTableEdition } from "../queries.ts";
import { loadPublicData } from "./loadPublicData.ts";
import { openPublicTables } from "./openPublicTables.ts";
import { type OwnTables, readOwnTables } from "./readOwnTables.ts";
import { streamResponsibleThreats } from "./streamResponsibleThreats.ts";

const intake = withIntake();
const folder = mkdtempSync(join(tmpdir(), "muster-changed-tables-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A table that has the exercise's addresses in this country. */
async function tableSaying(country: string): Promise<OwnTables> {
  const declaration = {
    allocations: [
      { name: "own", files: [`${country}.csv`], asOf: "2026-11-01", shelfLifeDays: 90, speaksAs: "registry" },
    ],
  };
  writeFileSync(join(folder, `${country}.csv`), `198.18.0.0/15,${country}\n`);
  writeFileSync(join(folder, `${country}.json`), JSON.stringify(declaration));
  return readOwnTables(join(folder, `${country}.json`), Date.UTC(2026, 10, 15));
}

it("a threat whose country changes with the tables is lost to nobody: it leaves one country and comes to the other", async () => {
  const { here, receive, operation } = intake();
  const before = await tableSaying("ID");
  const opened = await operation();
  const pool = here.pool;
  const delivery = await receive("partner-a", "list.csv", "ip\n198.18.5.1\n", { role: "c2" });
  const loading = async (exercise: Parameters<typeof loadPublicData>[0]) => {
    const data = await loadPublicData(exercise, before);
    await insertTableEdition(pool, opened.id, data.edition);
    return data;
  };
  await takeDelivery({ ...here, loadPublicData: loading }, delivery);

  const threatsOf = async (country: string, own: OwnTables) => {
    const tables = await openPublicTables(opened.exercise, own);
    const reader = { kind: "country", country } as const;
    return inOneMoment(pool, async (db) => {
      const found: string[] = [];
      const asOf = Date.UTC(2026, 10, 15);
      const stream = streamResponsibleThreats(db, tables, opened, reader, asOf, "1", country);
      for await (const threat of stream)
        if (threat.countries.some((known) => known.country === country)) found.push(threat.value);
      return found;
    });
  };
  expect([await threatsOf("ID", before), await threatsOf("MY", before)]).toEqual([["198.18.5.1"], []]);
  const after = await tableSaying("MY");
  expect([await threatsOf("ID", after), await threatsOf("MY", after)]).toEqual([[], ["198.18.5.1"]]);
});

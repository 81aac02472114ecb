import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { insertOperation } from "#capabilities/operations/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../../../test/support/database.ts";
import { listStatedFigures } from "../queries.ts";
import type { StatedFigures } from "./computeFigures.ts";
import { stateFigures } from "./stateFigures.ts";

const database = withDatabase();
const store = localFileStore(join(tmpdir(), `muster-figures-${process.pid}`));

const figures = (values: readonly string[]): StatedFigures => ({
  operation: "op",
  asOf: "2026-11-15T00:00:00.000Z",
  rules: "rules-1",
  inputsSha256: "0".repeat(64),
  figures: [
    {
      id: "I3",
      title: "Malicious domains",
      follows: "C-3",
      value: values.length,
      qualifier: "exact",
      byCountry: { ID: values.length },
      objects: values.map((object) => ({ object, country: "ID", families: [], threats: [] })),
    },
  ],
});

describe("outcomes.stateFigures", () => {
  it("C-23, C-24: says the same once, states a correction beside what it corrects, and cannot change either", async () => {
    const pool = database().pool("app");
    const operation = await transaction(pool, (db) =>
      insertOperation(db, {
        id: "op",
        name: "Op",
        from: "2026-09-01",
        to: "2026-12-31",
        mode: "remote",
        purpose: "p",
        legalBasis: "l",
        countries: ["ID"],
        sources: [],
      }),
    );
    const desk = { kind: "desk" } as const;
    await stateFigures({ pool, store }, operation, desk, figures(["a.example", "b.example"]));
    await stateFigures({ pool, store }, operation, desk, figures(["a.example", "b.example"]));
    // The same number of other objects is another statement: a figure is what it opens to.
    await stateFigures({ pool, store }, operation, desk, figures(["a.example", "c.example"]));
    await stateFigures(
      { pool, store },
      operation,
      { kind: "country", country: "ID" },
      figures(["a.example"]),
    );

    const stated = await listStatedFigures(pool, operation.id);
    expect(stated.map(({ value, reader, corrects }) => [value, reader, corrects])).toEqual([
      [2, "desk", null],
      [2, "desk", stated[0]?.id],
      [1, "ID", null],
    ]);
    await expect(pool.query("update outcomes.figure set value = 3")).rejects.toThrow(/permission denied/);
    await expect(pool.query("delete from outcomes.figure")).rejects.toThrow(/permission denied/);
  });
});

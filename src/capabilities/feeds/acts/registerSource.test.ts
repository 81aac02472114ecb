import { beforeAll, describe, expect, it } from "vitest";
import { insertOperation, type Operation, type SourceDeclaration } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../../../test/support/database.ts";
import { anOperationFile, aSource } from "../../../../test/support/intake.ts";
import { listSources } from "../queries.ts";
import { registerSource } from "./registerSource.ts";

const database = withDatabase();
let operation: Operation;
beforeAll(async () => {
  operation = await transaction(database().pool("app"), (db) => insertOperation(db, anOperationFile()));
});

const register = (declared: SourceDeclaration) =>
  transaction(database().pool("app"), (db) => registerSource(db, operation, declared));

describe("registerSource", () => {
  it("gives each source a code that tells nothing of it, and keeps its standing", async () => {
    const first = await register(aSource("acme", { tlp: "GREEN", releasableTo: ["ID"] }));
    const second = await register(aSource("bureau", { kind: "country", country: "MY" }));
    for (const { code } of [first, second]) expect(code).toMatch(/^S[0-9A-Z]{6}$/);
    expect(first.code).not.toBe(second.code);
    expect(first.standing).toEqual({ mayBeNamed: false, tlp: "GREEN", releasableTo: ["ID"] });
    expect(second).toMatchObject({ kind: "country", country: "MY", reliability: "B", credibility: 2 });
  });

  it("gives a source the same code whichever others are registered before it", async () => {
    await register(aSource("buoy")); // by now the salt is there
    const db = await database().connect("app");
    const codes = [];
    for (const before of [[], ["anchor"], ["anchor", "beacon"]]) {
      await db.query("begin");
      for (const other of before) await registerSource(db, operation, aSource(other));
      codes.push((await registerSource(db, operation, aSource("cove"))).code);
      await db.query("rollback");
    }
    await db.end();
    expect(new Set(codes).size).toBe(1);
  });

  it("gives the same source back when it is declared again as it was", async () => {
    const first = await register(aSource("again"));
    expect(await register(aSource("again"))).toEqual(first);
  });

  it.each([
    ["name", { name: "Another Name" }],
    ["kind", { kind: "csirt" }],
    ["country", { country: "SG" }],
    ["reliability", { reliability: "A" }],
    ["credibility", { credibility: 3 }],
    ["marking", { tlp: "CLEAR" }],
    ["right to be named", { mayBeNamed: true }],
  ] as const)(
    "refuses a changed %s: a correction is no side effect of a second run",
    async (_what, changes) => {
      await register(aSource("fixed"));
      await expect(register(aSource("fixed", changes))).rejects.toMatchObject({
        kind: "conflict",
        code: "feeds.source_changed",
        say: expect.stringContaining('"fixed"'),
      });
    },
  );

  it("gives sources that register at the same time one entry and one code each", async () => {
    const names = ["left", "right", "left", "middle"];
    const registered = await Promise.all(names.map((name) => register(aSource(name))));
    expect(registered[0]).toEqual(registered[2]);
    const codes = (await listSources(database().pool("app"), operation.id)).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

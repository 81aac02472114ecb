import { beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { aSource, withIntake } from "../../../../test/support/intake.ts";
import type { KnownThreat } from "../model/known-threat.ts";
import { openReadingScope, streamThreats } from "../readings/streamThreats.ts";
import { mergeThreats, undoMerge } from "./mergeThreats.ts";

const intake = withIntake({ tables: "none" });
const NOBODY = "00000000-0000-4000-8000-000000000000";
const asOf = Date.UTC(2026, 10, 15);
const why = { reason: "one panel behind two names", officer: "an officer" };

let operation: Operation;
beforeAll(async () => {
  operation = await intake().operation();
  const file = "indicator,malware\na.example,alpha\nb.example,beta\nc.example,gamma\nd.example,delta\n";
  await intake().deliver("open", "open.csv", file, { role: "c2", tlp: "GREEN" });
  await intake().deliver(
    aSource("closed"),
    "closed.csv",
    "indicator,malware\nb.example,hidden\ne.example,x\n",
    { role: "c2", tlp: "RED" },
  );
  await intake().deliver("other", "phish.csv", "indicator\na.example\n", { role: "phishing" });
});

type Readers = Parameters<typeof openReadingScope>[2];

async function known(reader: Readers = { kind: "desk" }): Promise<KnownThreat[]> {
  return transaction(intake().database.pool("app"), async (db) => {
    const threats: KnownThreat[] = [];
    const scope = await openReadingScope(db, operation, reader, asOf);
    for await (const threat of streamThreats(db, scope)) threats.push(threat);
    return threats;
  });
}

async function idOf(value: string, role = "c2"): Promise<string> {
  const found = (await known()).find((threat) => threat.value === value && threat.role === role);
  if (found === undefined) throw new Error(`no ${value}`);
  return found.id;
}

const merge = async (kept: string, merged: string) =>
  mergeThreats(intake().database.pool("app"), { operation: operation.id, kept, merged, ...why });
const undo = (merged: string) =>
  undoMerge(intake().database.pool("app"), {
    operation: operation.id,
    merge: merged,
    officer: "another officer",
  });
const families = (threats: readonly KnownThreat[]) =>
  Object.fromEntries(
    threats.map((threat) => [
      `${threat.role} ${threat.value}`,
      threat.assertions.flatMap((said) => said.families),
    ]),
  );

describe("mergeThreats", () => {
  it("counts the second as part of the first, and taken back leaves both exactly as they were", async () => {
    const before = await known();
    const number = await merge(await idOf("a.example"), await idOf("b.example"));
    const merged = await known();
    expect(merged).toHaveLength(before.length - 1);
    expect(families(merged)["c2 a.example"]?.toSorted()).toEqual(["alpha", "beta", "hidden"]);
    await undo(number);
    expect(await known()).toEqual(before);
    const log = await intake()
      .database.pool("app")
      .query("select reason, merged_by, undone_by from threats.merge where public_id = $1", [number]);
    expect(log.rows).toEqual([{ reason: why.reason, merged_by: why.officer, undone_by: "another officer" }]);
  });

  it("tells a reader nothing of the first when he may not know it: the second stands for itself", async () => {
    const indonesia = { kind: "country", country: "ID" } as const;
    const before = await known(indonesia);
    expect(families(before)).not.toHaveProperty("c2 e.example");
    const number = await merge(await idOf("e.example"), await idOf("b.example"));
    expect(await known(indonesia)).toEqual(before);
    await undo(number);
  });

  it("gathers several into one, and takes them back one by one", async () => {
    const before = await known();
    const kept = await idOf("a.example");
    const first = await merge(kept, await idOf("b.example"));
    const between = await known();
    const second = await merge(kept, await idOf("c.example"));
    expect(families(await known())["c2 a.example"]?.toSorted()).toEqual(["alpha", "beta", "gamma", "hidden"]);
    await undo(second);
    expect(await known()).toEqual(between);
    await undo(first);
    expect(await known()).toEqual(before);
  });

  it("refuses what is no merge of equal things, and changes nothing by refusing", async () => {
    const [a, b, c, d, phishing] = [
      await idOf("a.example"),
      await idOf("b.example"),
      await idOf("c.example"),
      await idOf("d.example"),
      await idOf("a.example", "phishing"),
    ];
    const number = await merge(a, b);
    const before = await known();
    const conflict = { kind: "conflict", code: "threats.not_mergeable" };
    await expect(merge(a, NOBODY)).rejects.toMatchObject({ kind: "not-found", code: "threats.not_found" });
    await expect(merge(NOBODY, a)).rejects.toMatchObject({ kind: "not-found" });
    await expect(merge(c, c)).rejects.toMatchObject(conflict);
    await expect(merge(a, phishing)).rejects.toMatchObject(conflict);
    await expect(merge(a, b)).rejects.toMatchObject(conflict);
    await expect(merge(b, c)).rejects.toMatchObject(conflict);
    await expect(merge(c, a)).rejects.toThrow("Merge those into the first");
    const elsewhere = { operation: operation.id + 1, kept: c, merged: d, ...why };
    await expect(mergeThreats(intake().database.pool("app"), elsewhere)).rejects.toMatchObject({
      kind: "not-found",
    });
    expect(await known()).toEqual(before);
    await undo(number);
  });

  it("of two at once that would cross lets one through", async () => {
    const [c, d] = [await idOf("c.example"), await idOf("d.example")];
    const results = await Promise.allSettled([merge(c, d), merge(d, c)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const done = results.find((result) => result.status === "fulfilled");
    if (done?.status === "fulfilled") await undo(done.value);
  });
});

describe("undoMerge", () => {
  it("refuses a merge that is not there, of another operation, or taken back already", async () => {
    await expect(undo("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
      kind: "not-found",
      code: "threats.no_such_merge",
    });
    const number = await merge(await idOf("c.example"), await idOf("d.example"));
    const elsewhere = { operation: operation.id + 1, merge: number, officer: "x" };
    await expect(undoMerge(intake().database.pool("app"), elsewhere)).rejects.toMatchObject({
      kind: "not-found",
    });
    await undo(number);
    await expect(undo(number)).rejects.toMatchObject({ kind: "conflict" });
  });
});

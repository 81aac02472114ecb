import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeliveryDeclaration, insertOperation, type Operation } from "#capabilities/operations/index.ts";
import { type FileStore, localFileStore } from "#platform/files/store.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../../../test/support/database.ts";
import { anOperationFile, aSource } from "../../../../test/support/intake.ts";
import { findDelivery, listDeliveries, type Source } from "../queries.ts";
import { receiveDelivery } from "./receiveDelivery.ts";
import { registerSource } from "./registerSource.ts";

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "muster-receive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const store = localFileStore(join(folder, "files"));
let operation: Operation;
let source: Source;
beforeAll(async () => {
  const pool = database().pool("app");
  operation = await transaction(pool, (db) => insertOperation(db, anOperationFile()));
  source = await transaction(pool, (db) => registerSource(db, operation, aSource("partner")));
});

function receive(
  text: string,
  declared: Omit<DeliveryDeclaration, "file"> = {},
  changes: { operation?: Operation; store?: FileStore; name?: string } = {},
) {
  const path = join(folder, "delivered");
  writeFileSync(path, text);
  const name = changes.name ?? "list.csv";
  return receiveDelivery(
    { pool: database().pool("app"), store: changes.store ?? store },
    changes.operation ?? operation,
    source,
    { file: name, ...declared },
    { path, name, sizeBytes: Buffer.byteLength(text) },
  );
}

const jobs = async () =>
  (
    await database().pool("owner").query("select payload from graphile_worker._private_jobs order by id")
  ).rows.map(({ payload }) => payload.delivery);

describe("receiveDelivery", () => {
  it("keeps the bytes, notes the conditions with what was taken by default, and asks for the reading", async () => {
    const receipt = await receive("ip\n198.18.0.1\n", {
      role: "c2",
      observedFrom: "2026-10-01",
      observedTo: "2026-10-31",
    });
    expect(receipt).toMatchObject({ isRepeat: false, defaultsTaken: ["marking", "method", "purpose"] });
    const delivery = await findDelivery(database().pool("app"), receipt.delivery);
    expect(delivery).toMatchObject({
      state: "received",
      fileName: "list.csv",
      sizeBytes: 14,
      role: "c2",
      method: "sensors",
      observedFrom: Date.UTC(2026, 9, 1),
      observedTo: Date.UTC(2026, 9, 31),
      defaultsTaken: receipt.defaultsTaken,
    });
    expect((await store.read(delivery?.sha256 ?? "")).toString()).toBe("ip\n198.18.0.1\n");
    expect(await jobs()).toContain(receipt.delivery);
  });

  it("refuses by name what states no marking and no method, and stores nothing of it", async () => {
    const before = [
      await listDeliveries(database().pool("app"), operation.id),
      readdirSync(join(folder, "files")),
    ];
    const bare = { ...operation, defaults: {} };
    const refused = receive("ip\n198.18.0.2\n", {}, { operation: bare, name: "bare.csv" });
    await expect(refused).rejects.toMatchObject({ kind: "invalid", code: "feeds.missing_marking" });
    await expect(refused).rejects.toThrow(
      'bare.csv of source "partner" is refused: it states no marking ("tlp") and method ("method")',
    );
    await expect(receive("x", { tlp: "GREEN" }, { operation: bare })).rejects.toMatchObject({
      code: "feeds.missing_method",
    });
    expect([
      await listDeliveries(database().pool("app"), operation.id),
      readdirSync(join(folder, "files")),
    ]).toEqual(before);
  });

  it("calls the same bytes a repeat, whatever their name, and asks for nothing", async () => {
    const first = await receive("ip\n198.18.0.3\n");
    const asked = await jobs();
    const again = await receive("ip\n198.18.0.3\n", {}, { name: "renamed.csv" });
    expect(again.isRepeat).toBe(true);
    const delivery = await findDelivery(database().pool("app"), again.delivery);
    expect(delivery).toMatchObject({ state: "repeated", repeatOf: first.delivery, fileName: "renamed.csv" });
    expect(await jobs()).toEqual(asked);
  });

  it.each([
    ["another role", { role: "c2" }, { role: "phishing" }],
    ["another format", {}, { format: "plain-list" }],
    ["another window", {}, { observedFrom: "2026-10-01", observedTo: "2026-10-31" }],
    ["a column mapping", {}, { mapping: { value: "ip" } }],
  ] as const)("reads the same bytes again when they are to be read with %s", async (what, before, after) => {
    const text = `ip,${what.replaceAll(" ", "-")}\n198.18.0.4,x\n`;
    expect((await receive(text, before)).isRepeat).toBe(false);
    expect((await receive(text, after)).isRepeat).toBe(false);
    expect((await receive(text, after)).isRepeat).toBe(true);
  });

  it("remembers a mapping for the source's files of the same header", async () => {
    const mapping = { value: "Indicador" };
    await receive("Indicador,Nota\n198.18.0.5,x\n", { mapping });
    const next = await receive("Indicador,Nota\n198.18.0.6,y\n");
    const other = await receive("Indicador,Otra\n198.18.0.6,y\n");
    expect((await findDelivery(database().pool("app"), next.delivery))?.mapping).toEqual(mapping);
    expect((await findDelivery(database().pool("app"), other.delivery))?.mapping).toBeNull();
  });

  it("notes nothing of a file that cannot be kept", async () => {
    const before = await listDeliveries(database().pool("app"), operation.id);
    const full: FileStore = { ...store, put: () => Promise.reject(new Error("no room")) };
    await expect(receive("ip\n198.18.0.7\n", { mapping: { value: "ip" } }, { store: full })).rejects.toThrow(
      "no room",
    );
    expect(await listDeliveries(database().pool("app"), operation.id)).toEqual(before);
    expect(
      (await findDelivery(database().pool("app"), (await receive("ip\n198.18.0.8\n")).delivery))?.mapping,
    ).toBeNull();
  });
});

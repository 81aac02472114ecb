import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findDeletion, signDeletion } from "#capabilities/feeds/index.ts";
import { verifyCertificate } from "#capabilities/feeds/verify-certificate.ts";
import { updateSearch } from "#capabilities/threats/index.ts";
import { asCaller } from "#platform/postgres/caller.ts";
import { openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { loadSigner } from "#platform/signing/signer.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { askForDeletion, deleteForGood, operationState } from "../../test/support/delete.ts";
import { aSource, listContradictions, openIntake, withIntake } from "../../test/support/intake.ts";
import { carryOutDeletion } from "./delete-delivery.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-deletion-"));
// When root runs the tests, the server's account passes through here.
chmodSync(folder, 0o711);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MARKS = ["zanzibar-quokka", "mirabelle-okapi", "tamarind-numbat"];
const PERSONAL = [
  "indicator,first_seen,target,reference",
  `${MARKS[0]}@mail.example,2026-10-01,${MARKS[1]},${MARKS[2]}`,
  `http://${MARKS[0]}.example/${MARKS[1]},2026-10-02,,`,
  `not an ${MARKS[2]} address,2026-10-02,,`,
  "",
].join("\n");

/** Files below the folder that hold one of the marks, in any of the ways in which text lies on disk. */
async function filesWithMarks(below: string): Promise<string[]> {
  const marks = MARKS.flatMap((mark) => [Buffer.from(mark), Buffer.from(mark, "utf16le")]);
  const found: string[] = [];
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (marks.some((mark) => bytes.includes(mark))) found.push(path.slice(below.length + 1));
  }
  return found.sort();
}

describe("the bytes of a deleted delivery", () => {
  it("are in no file of the data folder, once the server's log is written over", {
    timeout: 120_000,
  }, async () => {
    const data = join(folder, "data");
    const database = await openDatabase({ dataDir: data });
    await migrate(database.pool("owner"));
    const intake = await openIntake(database, { tables: "none", workFolder: folder });
    try {
      await asCaller({ officer: "1", operations: "{1}", desk: "{1}" }, async () => {
        const kept = "indicator,first_seen\n198.18.0.1,2026-10-01\n";
        await intake.deliver("partner-a", "kept.csv", kept, { role: "c2" });
        const { id } = await intake.deliver("partner-a", "people.csv", PERSONAL, { role: "victim" });
        await updateSearch(database.pool("worker"), 1);
        expect((await filesWithMarks(data)).length).toBeGreaterThan(0);
        const deletion = await deleteForGood(intake, id);
        expect((await findDeletion(database.pool("worker"), deletion))?.state).toBe("deleted");
      });
      // What the test itself handed in lies beside the house.
      expect(await filesWithMarks(join(intake.folder, "files"))).toEqual([]);
    } finally {
      await intake.close();
      await database.close();
    }
    // A clean stop ends with a checkpoint, so every page on disk is as the server last had it in memory.
    expect((await filesWithMarks(data)).filter((path) => !path.includes("pg_wal/"))).toEqual([]);
  });
});

describe("a deletion", () => {
  const intake = withIntake({ tables: "none", claimsPerBatch: 3 });
  const csv = (rows: readonly string[]) => `indicator,first_seen\n${rows.join("\n")}\n`;
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => `198.18.1.${from + at},2026-10-01`);

  it("gives a certificate that holds nothing of what was deleted, signed once the delivery is gone", async () => {
    const { id } = await intake().deliver("partner-a", "people.csv", PERSONAL, { role: "victim" });
    const privateKeyFile = join(folder, "signing-key.private.asc");
    await ensureSigningKey(
      { privateKeyFile, publicKeyFile: join(folder, "signing-key.asc") },
      "Test desk",
      new Date(),
    );
    const signer = await loadSigner(privateKeyFile);
    const here = { pool: intake().database.pool("signer"), signer, now: () => new Date() };
    const asked = await askForDeletion(intake(), id);
    await signDeletion(here, asked);
    expect((await findDeletion(intake().database.pool("owner"), asked))?.state).toBe("approved");
    await carryOutDeletion(intake().here, asked);
    await signDeletion(here, asked);
    const done = await findDeletion(intake().database.pool("owner"), asked);
    expect(done?.state).toBe("certified");
    const signed = {
      certificate: done?.certificate ?? "",
      signature: done?.signature ?? "",
      keyFingerprint: done?.keyFingerprint ?? "",
    };
    const report = await verifyCertificate(signed, signer.publicKeyArmored);
    expect(report).toMatchObject({
      good: true,
      certificate: { deleted: { threats: 2, receipts: 1, refusedRows: 1 } },
    });
    for (const mark of MARKS) expect(signed.certificate).not.toContain(mark);
    const bent = { ...signed, certificate: signed.certificate.replace('"threats":2', '"threats":3') };
    expect((await verifyCertificate(bent, signer.publicKeyArmored)).good).toBe(false);
  });

  it("goes on where it was stopped, at whichever statement that was, and ends as if it had not been", {
    timeout: 120_000,
  }, async () => {
    const source = aSource("partner-b");
    const kept = await intake().deliver(aSource("partner-c"), "kept.csv", csv(rows(10, 16)), { role: "c2" });
    const before = await operationState(intake());
    const worker = intake().database.pool("worker");
    let stops = 0;
    for (const at of [5, 11, 17, 24, 33, 400]) {
      const doomed = await intake().deliver(
        source,
        "doomed.csv",
        csv([...rows(4, 24), `no address ${at},`]),
        { role: "c2" },
      );
      const deletion = await askForDeletion(intake(), doomed.id);
      let statements = 0;
      const counting = new Proxy(worker, {
        get(pool, name) {
          const value: unknown = Reflect.get(pool, name);
          if (name !== "connect") return typeof value === "function" ? value.bind(pool) : value;
          return async () => {
            const client = await pool.connect();
            return new Proxy(client, {
              get(inner, member) {
                const own: unknown = Reflect.get(inner, member);
                if (typeof own !== "function") return own;
                return (...given: unknown[]) => {
                  if (member === "query" && ++statements === at) throw new Error("stopped here");
                  return Reflect.apply(own, inner, given);
                };
              },
            });
          };
        },
      });
      const ended = await carryOutDeletion({ ...intake().here, pool: counting }, deletion).then(
        () => "done",
        () => "stopped",
      );
      if (ended === "stopped") {
        stops++;
        await carryOutDeletion(intake().here, deletion);
      }
      expect(await operationState(intake())).toEqual(before);
    }
    expect(stops).toBeGreaterThan(2);
    expect(kept.newThreats).toBe(6);
    expect(await listContradictions(intake().database.pool("owner"))).toEqual([]);
  });
});

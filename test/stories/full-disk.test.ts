import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { localFileStore } from "../../src/platform/files/store.ts";
import { asCaller } from "../../src/platform/postgres/caller.ts";
import { openDatabase } from "../../src/platform/postgres/database.ts";
import { migrate } from "../../src/platform/postgres/migrate.ts";
import { createTestDatabase } from "../support/database.ts";
import { listContradictions, openIntake, storedState } from "../support/intake.ts";
import { partnerLines } from "../support/rows.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-full-"));
// When root runs the tests, the server's account passes through here.
chmodSync(folder, 0o711);
const disks: SmallDisk[] = [];

function smallDisk(name: string, mebibytes: number): SmallDisk {
  const disk = mountSmallDisk(join(folder, name), mebibytes);
  if (disk === null) throw new Error("a disk could be mounted a moment ago");
  disks.push(disk);
  return disk;
}

const trial = mountSmallDisk(join(folder, "trial"), 1);
trial?.unmount();
afterAll(() => {
  for (const disk of disks) disk.unmount();
  rmSync(folder, { recursive: true, force: true });
});

const text = (rows: number) => [...partnerLines("full", rows, 20_000)].join("");
const declared = { role: "c2" } as const;

// Without a disk of its own that can be filled, this would fill the machine's: mounting one takes root.
describe.skipIf(trial === null)("a full disk", () => {
  it("while a file is received: said clearly, nothing is kept, and with room it works", async () => {
    const disk = smallDisk("files", 4);
    const intake = await openIntake(await createTestDatabase(), {
      tables: "none",
      store: localFileStore(disk.folder),
    });
    try {
      await disk.fillUp(100_000);
      const received = intake.receive("partner", "list.csv", text(5_000), declared);
      await expect(received).rejects.toMatchObject({ kind: "unavailable", code: "files.disk_full" });
      await expect(received).rejects.toThrow("make room, then deliver it again");
      expect(readdirSync(join(disk.folder, "incoming"))).toEqual([]);
      const { rows } = await intake.database
        .pool("owner")
        .query("select count(*)::integer as n from feeds.delivery");
      expect(rows).toEqual([{ n: 0 }]);

      disk.makeRoom();
      const taken = await intake.deliver("partner", "list.csv", text(5_000), declared);
      expect(taken).toMatchObject({ state: "done", rows: 5_000 });
    } finally {
      await intake.close();
      await intake.database.close();
    }
  });

  it("while a delivery is read: said clearly, what was committed stays, and with room it goes on", async () => {
    const disk = smallDisk("work", 4);
    const intake = await openIntake(await createTestDatabase(), {
      tables: "none",
      claimsPerBatch: 500,
      workFolder: disk.folder,
    });
    const undisturbed = await openIntake(await createTestDatabase(), { tables: "none", claimsPerBatch: 500 });
    try {
      await disk.fillUp(40_000);
      const id = await intake.receive("partner", "list.csv", text(5_000), declared);
      await expect(intake.take(id)).rejects.toMatchObject({ kind: "unavailable", code: "files.disk_full" });
      expect(await listContradictions(intake.database.pool("owner"))).toEqual([]);

      disk.makeRoom();
      expect(await intake.take(id)).toMatchObject({ state: "done", rows: 5_000 });
      await undisturbed.deliver("partner", "list.csv", text(5_000), declared);
      expect(await storedState(intake.database.pool("owner"))).toEqual(
        await storedState(undisturbed.database.pool("owner")),
      );
      expect(existsSync(join(disk.folder, "ballast"))).toBe(false);
      expect(readdirSync(disk.folder)).toEqual([]);
    } finally {
      for (const opened of [intake, undisturbed]) {
        await opened.close();
        await opened.database.close();
      }
    }
  });

  it(
    "under the database: said clearly, nothing half is stored, and with room it goes on",
    () =>
      asCaller({ officer: "1", operations: "{1}", desk: "{1}" }, async () => {
        const disk = smallDisk("data", 160);
        const database = await openDatabase({ dataDir: disk.folder, onTrouble: () => undefined });
        const undisturbed = await openIntake(await createTestDatabase(), {
          tables: "none",
          claimsPerBatch: 500,
        });
        try {
          await migrate(database.pool("owner"));
          const intake = await openIntake(database, { tables: "none", claimsPerBatch: 500 });
          const id = await intake.receive("partner", "list.csv", text(20_000), declared);
          await disk.fillUp(1_000_000);
          await expect(intake.take(id)).rejects.toMatchObject({
            kind: "unavailable",
            code: "postgres.disk_full",
            say: expect.stringContaining("make room, then try again"),
          });

          disk.makeRoom();
          expect(await intake.take(id)).toMatchObject({ state: "done", rows: 20_000 });
          expect(await listContradictions(database.pool("owner"))).toEqual([]);
          await undisturbed.deliver("partner", "list.csv", text(20_000), declared);
          expect(await storedState(database.pool("owner"))).toEqual(
            await storedState(undisturbed.database.pool("owner")),
          );
          await intake.close();
        } finally {
          await undisturbed.close();
          await undisturbed.database.close();
          await database.close();
        }
      }),
    180_000,
  );
});

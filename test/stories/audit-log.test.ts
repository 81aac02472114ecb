import { readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDatabase } from "../../src/platform/postgres/database.ts";
import { muster, ownFolder } from "../support/muster.ts";

const folder = ownFolder();

it("an auditor takes the log away, and anybody checks it with nothing but the file and the public key", async () => {
  const data = join(await folder(), "data");
  const file = join(await folder(), "log.jsonl");
  const proof = join(await folder(), "entry-1.json");
  const key = join(data, "keys", "signing-key.asc");
  expect((await muster("operation", "list", "--data", data)).code).toBe(0);
  expect((await muster("operation", "receipts", "nowhere", "--data", data)).code).toBe(66);
  expect((await muster("audit", "export", "--out", file, "--data", data)).code).toBe(77);

  const database = await openDatabase({ dataDir: data });
  await database
    .pool("owner")
    .query(
      "insert into people.duty (officer, duty) select id, 'auditor' from people.officer where local_account = $1",
      [userInfo().username],
    );
  await database.close();
  const exported = await muster("audit", "export", "--out", file, "--data", data);
  expect(exported).toMatchObject({ code: 0, err: "" });
  const lines = (await readFile(file, "utf8")).split("\n");
  const entries = lines.slice(1, 8).map((line) => JSON.parse(line).entry);
  expect(entries.map(({ act, outcome, code, operation }) => [act, outcome, code, operation])).toEqual([
    ["cli.operation.list", "begun", null, null],
    ["cli.operation.list", "done", null, null],
    ["cli.operation.receipts", "begun", null, "nowhere"],
    ["cli.operation.receipts", "refused", "operations.not_found", "nowhere"],
    ["cli.audit.export", "begun", null, null],
    ["cli.audit.export", "refused", "people.duty_not_held", null],
    ["cli.audit.export", "begun", null, null],
  ]);

  const verified = await muster("verify", file, "--key", key);
  expect(verified).toMatchObject({ code: 0, err: "" });
  expect(verified.out).toContain("entries 1 to 7, 1 signed checkpoints");
  await writeFile(
    file,
    lines.map((line, at) => (at === 3 ? line.replace("nowhere", "harbour") : line)).join("\n"),
  );
  const changed = await muster("verify", file, "--key", key);
  expect([changed.code, changed.out]).toEqual([1, expect.stringContaining("FAIL  line 4: entry 3 is not")]);

  expect((await muster("audit", "prove", "1", "--out", proof, "--data", data)).code).toBe(0);
  const proven = await muster("verify", proof, "--key", key);
  expect([proven.code, proven.out]).toEqual([0, expect.stringContaining("entry 1 stands in the signed log")]);
}, 120_000);

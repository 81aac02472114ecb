import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../exercise/random.ts";
import { listDeliveryParts } from "../../src/capabilities/feeds/index.ts";
import { openPublicTables } from "../../src/capabilities/jurisdiction/index.ts";
import { computeFigures, openThreatList, writeRefused } from "../../src/capabilities/outcomes/index.ts";
import { composePackages } from "../../src/capabilities/packages/index.ts";
import { inOneMoment } from "../../src/platform/postgres/one-moment.ts";
import {
  ARCHIVES,
  DEEP,
  type HostileFile,
  LONG_LINES,
  REFERENCES,
  TEXTS,
  tarOf,
} from "../support/hostile-files.ts";
import { listContradictions, type Taken, withIntake } from "../support/intake.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";

const MOST_MEMORY_BYTES = 600 * 1024 ** 2;

const intake = withIntake();
let worker: WorkerProcess;
beforeAll(() => {
  worker = startWorkerProcess(intake());
});
afterAll(() => worker.end());
afterEach(async () => {
  expect(await listContradictions(intake().database.pool("owner"))).toEqual([]);
});

/** Of the texts, those with a row that is as it should be. */
const GOOD_ROWS = new Set([
  "bad-utf-8.csv",
  "half-utf-16.csv",
  "directions.csv",
  "formulas.csv",
  "absurd-numbers.jsonl",
  "end-of-time.json",
]);

/** Hands the file in and lets the worker process take it; says what became of it. */
async function take(source: string, { name, write }: HostileFile) {
  const path = join(intake().folder, `hostile-${name}`);
  const id = await intake().receive(source, name, { path, sizeBytes: await write(path) });
  await rm(path);
  const { error, peakBytes } = await worker.take(id);
  expect(error).toBeNull();
  expect(peakBytes, `${name} needed ${Math.round(peakBytes / 1024 ** 2)} MiB`).toBeLessThan(
    MOST_MEMORY_BYTES,
  );
  const delivery = await intake().take(id);
  const parts = await listDeliveryParts(intake().database.pool("app"), id);
  expectAnswer(name, delivery, parts);
  return { delivery, parts };
}

/** Taken in, or refused with one sentence that names the file and one that says how to mend it. */
function expectAnswer(
  name: string,
  delivery: Taken,
  parts: Awaited<ReturnType<typeof listDeliveryParts>>,
): void {
  expect(["done", "refused"], name).toContain(delivery.state);
  const reasons = parts.flatMap((part) => part.refusalReason ?? []);
  if (delivery.state === "refused") reasons.push(delivery.refusalReason ?? "");
  for (const reason of reasons) expect(reason).toMatch(clearRefusal(name));
  for (const row of delivery.refusedRows) expect(row.reason).toMatch(/^.{10,}[.]$/su);
}

function clearRefusal(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(".", "\\.")}.*[.] \\p{Lu}.*[.]$`, "su");
}

describe("a hostile file ends in rows or in a refusal that names it and the mend, within 600 MB", () => {
  describe("one line or value of 200 MiB", () => {
    it.each(LONG_LINES.map((file) => [file.name, file] as const))(
      "%s",
      { timeout: 120_000 },
      async (_name, file) => {
        await take("long", file);
      },
    );
  });

  describe("a million levels", () => {
    it.each(DEEP.map((file) => [file.name, file] as const))(
      "%s",
      { timeout: 60_000 },
      async (_name, file) => {
        await take("deep", file);
      },
    );
  });

  describe("references without end", () => {
    it.each(REFERENCES.map((file) => [file.name, file] as const))(
      "%s",
      { timeout: 60_000 },
      async (_name, file) => {
        const { delivery } = await take("references", file);
        expect(delivery.state).toBe("done");
        expect(delivery.accepted + delivery.repeated).toBeGreaterThan(0);
      },
    );
  });

  describe("archives", () => {
    it.each(ARCHIVES.map((file) => [file.name, file] as const))(
      "%s",
      { timeout: 120_000 },
      async (name, file) => {
        const { delivery, parts } = await take("archives", file);
        if (name.startsWith("ways-out")) {
          expect(delivery.accepted + delivery.repeated).toBe(1);
          const refused = parts.filter((part) => part.refusalCode !== null).map((part) => part.refusalCode);
          expect(new Set(refused)).toEqual(new Set(["unsafe"]));
        } else {
          const codes = new Set(parts.flatMap((part) => part.refusalCode ?? []));
          expect([...codes].filter((code) => code !== "no-indicators")).toEqual([
            name === "overlapping.zip" ? "unsafe" : "too-big",
          ]);
        }
      },
    );

    it("write nothing outside the worker's own folder, and leave nothing in it", async () => {
      expect(["/out.csv", "/tmp/out.csv", "/tmp/muster-out.csv"].filter((path) => existsSync(path))).toEqual(
        [],
      );
      expect((await readdir(intake().folder)).filter((name) => name !== "files")).toEqual([]);
    });
  });

  describe("texts that are not what they say", () => {
    it.each(TEXTS.map((file) => [file.name, file] as const))(
      "%s",
      { timeout: 60_000 },
      async (_name, file) => {
        const { delivery } = await take("texts", file);
        if (GOOD_ROWS.has(file.name)) expect(delivery.accepted + delivery.repeated).toBeGreaterThan(0);
      },
    );
  });
});

describe("cells that a spreadsheet would run", () => {
  it("are shown and not run in threats.csv, in the refused rows and in a country's indicators.csv", async () => {
    const { deliver, database, here, folder, operation } = intake();
    const rows = [
      "indicator,malware,target,country",
      '"panel.formula.example","=HYPERLINK(""http://x.example"")",@SUM(A1),ID',
      "=cmd|' /C calc'!A1,x,y,ID",
      "+1+1,x,y,ID",
      '"\t=1+1",x,y,ID',
    ];
    const taken = await deliver("formulas", "=formulas.csv", `${rows.join("\n")}\n`, { role: "c2" });
    expect(taken).toMatchObject({ state: "done", accepted: 1 });
    const pool = database.pool("app");
    const [opened, asOf] = [await operation(), Date.UTC(2026, 10, 15)];

    const list = await openThreatList(join(folder, "out", "threats.csv"));
    const tables = await openPublicTables(opened.exercise);
    await inOneMoment(pool, (db) => computeFigures(db, tables, opened, { kind: "desk" }, asOf, list.add));
    await list.finish();
    await writeRefused(join(folder, "out"), "formulas", "=formulas.csv", taken.refusedRows);
    await composePackages(
      { pool: here.pool, store: here.store, ownTables: null },
      { operation: opened.code, country: "ID", asOf },
    );
    const files = await pool.query<{ sha256: string }>(
      "select sha256 from packages.package_file where name = 'indicators.csv'",
    );

    const texts = [
      await readFile(join(folder, "out", "threats.csv"), "utf8"),
      await readFile(join(folder, "out", "refused", "formulas-_formulas.csv.csv"), "utf8"),
      (await here.store.read(files.rows[0]?.sha256 ?? "")).toString("utf8"),
    ];
    for (const text of texts) {
      const cells: string[] = parseCsv(text, { relax_column_count: true }).flat();
      expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^-?\d+$/.test(cell))).toEqual([]);
    }
    expect(texts[0]).toContain("'=hyperlink(");
    expect(texts[1]).toContain("'=cmd|");
    expect(texts[2]).toContain("'=hyperlink(");
    await rm(join(folder, "out"), { recursive: true });
  }, 60_000);
});

const FORMATS = new URL("../../src/capabilities/feeds/formats/", import.meta.url);
/** Places at which each sample is cut; cuts near the ends break other things than cuts in the middle. */
const CUTS = 5;

describe("a file of any format, cut off anywhere", () => {
  it("gives rows or a clear refusal, and the files beside it are read", { timeout: 240_000 }, async () => {
    const random = seededRandom("cuts");
    const cut: { name: string; bytes: Uint8Array }[] = [];
    for (const entry of (await readdir(FORMATS, { recursive: true })).sort()) {
      if (!/\/sample[^/]*$/.test(entry)) continue;
      const whole = await readFile(new URL(entry, FORMATS));
      const places = Array.from({ length: CUTS - 2 }, () => 1 + random.below(whole.length - 1));
      for (const place of [1, ...places, whole.length - 1])
        cut.push({ name: `${entry.replace("/", "-")}.${place}`, bytes: whole.subarray(0, place) });
    }
    const good = {
      name: "good.csv",
      bytes: Buffer.from("indicator,first_seen\nbeside.example,2026-10-01\n"),
    };
    const { delivery, parts } = await take("cuts", {
      name: "cut.tar",
      write: async (path) => {
        const bytes = await tarOf([...cut, good]);
        await writeFile(path, bytes);
        return bytes.length;
      },
    });
    expect(delivery.state).toBe("done");
    // An archive that is cut may give several parts, and one that is cut at its beginning is a part of its own.
    expect(parts.length).toBeGreaterThanOrEqual(cut.length);
    // A list whose kind is known and that ends before its first row is an empty list: that is an answer as well.
    const silent = parts.filter(
      ({ rows, refusalCode, format }) => rows === 0 && refusalCode === null && format === null,
    );
    expect(silent).toEqual([]);
    expect(parts.at(-1)).toMatchObject({ name: "cut.tar > good.csv", rows: 1, refusalCode: null });
  });
});

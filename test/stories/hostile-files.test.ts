import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../exercise/random.ts";
import { listDeliveryParts } from "../../src/capabilities/feeds/index.ts";
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
  if (process.env.TRACE) console.log(name, Math.round(peakBytes / 1024 ** 2), Math.round(performance.now()));
  const delivery = await intake().take(id);
  const parts = await listDeliveryParts(intake().database.pool("app"), id);
  if (process.env.TRACE)
    console.log(
      JSON.stringify({
        state: delivery.state,
        reason: delivery.refusalReason,
        rows: delivery.rows,
        refused: delivery.refused,
        parts: parts.slice(0, 5),
      }),
    );
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
  for (const row of delivery.refusedRows) expect(row.reason.length, row.raw).toBeGreaterThan(20);
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
        await take("texts", file);
      },
    );

    it("their good rows are taken in all the same", async () => {
      const { rows } = await intake()
        .database.pool("owner")
        .query("select distinct value from threats.threat where value like '%.example' order by 1");
      expect(rows.map(({ value }) => value)).toContain("good.example");
    });
  });
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
        await (await import("node:fs/promises")).writeFile(path, bytes);
        return bytes.length;
      },
    });
    expect(delivery.state).toBe("done");
    // An archive that is cut may give several parts, and one that is cut at its beginning is a part of its own.
    expect(parts.length).toBeGreaterThanOrEqual(cut.length);
    for (const part of parts)
      expect([part.name, part.rows > 0 || part.refusalCode !== null]).toEqual([part.name, true]);
    expect(parts.at(-1)).toMatchObject({ name: "cut.tar > good.csv", rows: 1, refusalCode: null });
  });
});

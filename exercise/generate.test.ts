import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REFUSAL_CODES } from "#capabilities/feeds/format.ts";
import { OperationFile } from "#capabilities/operations/contract.ts";
import { generateExercise } from "./generate.ts";
import { type RoughClaim, readRoughly } from "./read-roughly.ts";
import type { ExerciseTruth } from "./truth.ts";

let folder: string;
let truth: ExerciseTruth;
let claims: RoughClaim[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-exercise-"));
  truth = await generateExercise(join(folder, "a"));
  claims = await readRoughly(join(folder, "a"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function hashes(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.map(
    async (file) =>
      [
        file.slice(path.length),
        createHash("sha256")
          .update(await readFile(file))
          .digest("hex"),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(pairs));
}

const distinct = (role: string, fits: (value: string) => boolean) =>
  new Set(claims.filter((claim) => claim.role === role && fits(claim.value)).map((claim) => claim.value));
const isAddress = (value: string) => !value.includes(".example");
const siteOf = (value: string) =>
  (value.includes("://") ? new URL(value).hostname : value).replace(/^www\./, "");

describe("the exercise", () => {
  it("is the same, byte for byte, for the same seed", async () => {
    await generateExercise(join(folder, "b"));
    expect(await hashes(join(folder, "b"))).toEqual(await hashes(join(folder, "a")));
  });

  it("is another one with the same totals for another seed", async () => {
    const other = await generateExercise(join(folder, "c"), { seed: 2 });
    expect(other.c2.byCountry).toEqual(truth.c2.byCountry);
    expect(other.compromised.governmentByCountry).toEqual(truth.compromised.governmentByCountry);
    expect(other.reports).toEqual(truth.reports);
    expect((await hashes(join(folder, "c")))["/northlight/c2-sensors.csv"]).not.toBe(
      (await hashes(join(folder, "a")))["/northlight/c2-sensors.csv"],
    );
  });

  it("has the size that it was ordered in", () => {
    expect(truth.c2.servers).toBe(8800);
    expect(Object.keys(truth.c2.byCountry)).toHaveLength(8);
    expect(truth.compromised).toMatchObject({ sites: 270, government: 61 });
    expect(truth.phishing).toMatchObject({ sites: 700, urls: 1760 });
    expect(truth.reports.total).toBe(23);
    expect(truth.rows.total).toBeGreaterThan(22_500);
    expect(truth.rows.total).toBeLessThan(23_500);
    expect(truth.rows.refused / truth.rows.total).toBeCloseTo(0.06, 3);
    expect(truth.overlap.share).toBe(0.3);
  });

  it("says in truth.json what a second reader finds in its files", () => {
    expect(distinct("c2", isAddress).size).toBe(truth.c2.servers);
    expect(distinct("c2", (value) => !isAddress(value)).size).toBe(truth.c2.names);
    expect(distinct("victim", isAddress).size).toBe(truth.victims.addresses);
    expect(distinct("phishing", (value) => value.includes("://")).size).toBe(truth.phishing.urls);
    expect(new Set([...distinct("phishing", () => true)].map(siteOf)).size).toBe(truth.phishing.sites);
    const sites = new Set([...distinct("compromised", () => true)].map(siteOf));
    expect(sites.size).toBe(truth.compromised.sites);
    expect([...sites].filter((site) => /\.(gov|go|mil|mi|desa)\.[a-z]{2}\.example$/.test(site))).toHaveLength(
      truth.compromised.government,
    );
  });

  it("accounts for each row once", () => {
    for (const delivery of truth.deliveries) {
      const refused = Object.values(delivery.refused).reduce((sum, count) => sum + count, 0);
      expect(delivery.accepted + delivery.repeated + refused, delivery.file).toBe(delivery.rows);
    }
    expect(
      Object.keys(truth.rows.refusedByCode).filter((code) => !REFUSAL_CODES.some((known) => known === code)),
    ).toEqual([]);
  });

  it("names nothing and nobody of the real world but public resolvers, as rows to refuse", async () => {
    const names = new Set(
      claims.filter((claim) => !isAddress(claim.value)).map((claim) => siteOf(claim.value)),
    );
    expect([...names].filter((name) => !name.endsWith(".example"))).toEqual([]);
    const reserved =
      /^(198\.1[89]|10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|192\.0\.2)\.|^0\.0\.0\.0$/;
    const strangers = new Set<string>();
    for (const file of Object.keys(await hashes(join(folder, "a")))) {
      const text = (await readFile(join(folder, "a", file))).toString(
        file.includes("/my/") ? "utf16le" : "utf8",
      );
      for (const [address] of text
        .replaceAll(/\[\.\]|\[dot\]|\(\.\)/g, ".")
        .matchAll(/(?<![\d.])\d+(\.\d+){3}(?![\d.])/g)) {
        if (isIPv4(address) && !reserved.test(address)) strangers.add(address);
      }
    }
    expect([...strangers].sort()).toEqual(["1.1.1.1", "8.8.8.8", "9.9.9.9"]);
  });

  it("is an operation folder like any other", async () => {
    const operation = OperationFile.parse(
      JSON.parse(await readFile(join(folder, "a", "operation.json"), "utf8")),
    );
    expect(operation.sources.filter((source) => source.kind === "partner")).toHaveLength(7);
    expect(operation.sources.filter((source) => source.kind === "country")).toHaveLength(8);
    for (const delivery of operation.sources.flatMap((source) => source.deliveries)) {
      expect((await readFile(join(folder, "a", delivery.file))).length).toBeGreaterThan(0);
    }
  });

  it("lets each country see something under each of its subjects", () => {
    for (const { country, subject } of truth.reports.pairs)
      expect(truth.packages[country]?.[subject], country).toBeGreaterThan(0);
  });

  it("refuses a scale that its reserved addresses cannot hold", async () => {
    await expect(generateExercise(join(folder, "d"), { scale: 6 })).rejects.toThrow("up to 5");
  });
});

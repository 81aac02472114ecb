import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { muster, ownFolder } from "../support/muster.ts";

const REPLAYS = new URL("../../../shared/replays/", import.meta.url).pathname;
const folder = ownFolder();

const Threat = z.object({
  type: z.string(),
  value: z.string(),
  role: z.string(),
  countries: z.string().transform((text) => text.split("|").filter((code) => code !== "")),
  government: z.string(),
});
type Threat = z.infer<typeof Threat>;

const Expected = z.object({
  totals: z.object({
    rows: z.number(),
    distinct_by_type: z.record(z.string(), z.number()),
    distinct_by_class: z.record(z.string(), z.number()),
    gov_hosts: z.array(z.string()),
  }),
  distinct_c2_ips: z.number(),
  compromised_gov_portals: z.array(z.string()),
  per_country_distinct_indicators: z.record(z.string(), z.record(z.string(), z.number())),
});

const TYPES: Readonly<Record<string, string>> = { ipv4: "ipv4-addr", domain: "domain-name", url: "url" };

/** What is known to differ, each with its rule in docs/replay-differences.md. */
const DIFFERENCES = {
  asean: { missing: [] as string[] },
  americas: { missing: ["url https://www.google.com.sv/"] },
};

async function replay(name: "asean" | "americas") {
  const out = join(await folder(), name);
  const ran = await muster(
    "run",
    join(REPLAYS, name),
    "--out",
    join(out, "out"),
    "--data",
    join(out, "data"),
    "--json",
  );
  expect(ran.code, ran.err).toBe(0);
  const rows: unknown[] = parse(await readFile(join(out, "out", "threats.csv"), "utf8"), { columns: true });
  const threats = rows.map((row) => Threat.parse(row)).filter(({ role }) => role !== "actor-group");
  const expected = Expected.parse(JSON.parse(await readFile(join(REPLAYS, name, "EXPECTED.json"), "utf8")));
  const result: { figures: { id: string; value: number }[]; deliveries: { rows: number; source: string }[] } =
    JSON.parse(ran.out);
  return { threats, expected, result, missing: DIFFERENCES[name].missing };
}

const distinct = (threats: readonly Threat[]) =>
  new Set(threats.map(({ type, value }) => `${type} ${value}`));
const hostOf = (threat: Threat) =>
  threat.type === "url" ? (threat.value.split("/")[2] ?? "").replace(/:\d+$/, "") : threat.value;

describe.skipIf(!existsSync(REPLAYS))("muster run over published threat data", () => {
  it.each(["asean", "americas"] as const)(
    "meets every expected fact of the %s surge, but for the differences written down",
    { timeout: 600_000 },
    async (name) => {
      const { threats, expected, result, missing } = await replay(name);
      const lost = (type: string) => missing.filter((thing) => thing.startsWith(`${type} `)).length;
      for (const [word, type] of Object.entries(TYPES)) {
        expect(distinct(threats.filter((threat) => threat.type === type)).size, type).toBe(
          (expected.totals.distinct_by_type[word] ?? 0) - lost(type),
        );
      }
      for (const [role, count] of Object.entries(expected.totals.distinct_by_class)) {
        const found = distinct(threats.filter((threat) => threat.role === role)).size;
        expect(found, role).toBe(role === "phishing" ? count - missing.length : count);
      }
      for (const [country, roles] of Object.entries(expected.per_country_distinct_indicators)) {
        const there = threats.filter(({ countries }) => countries.includes(country));
        const less = country === "SV" ? missing.length : 0;
        expect(distinct(there).size, country).toBe((roles.any ?? 0) - less);
        for (const [role, count] of Object.entries(roles)) {
          if (role === "any") continue;
          const found = distinct(there.filter((threat) => threat.role === role)).size;
          expect(found, `${country} ${role}`).toBe(role === "phishing" ? count - less : count);
        }
      }
      expect(result.figures.find(({ id }) => id === "I1")?.value).toBe(expected.distinct_c2_ips);
      expect([...new Set(threats.filter(({ government }) => government !== "").map(hostOf))].sort()).toEqual(
        expected.totals.gov_hosts.toSorted(),
      );
      const portals = threats
        .filter(({ role, government }) => role === "compromised" && government !== "")
        .map(hostOf);
      expect(portals.sort()).toEqual(expected.compromised_gov_portals.toSorted());
    },
  );
});

import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { countryZones } from "#reference/countries/country-zones.ts";
import { SHIPPED_GOVERNMENT_DOMAINS } from "#reference/government-domains/government-domains.ts";
import { loadAllocationTable } from "#reference/ip-allocations/load-allocation-table.ts";
import { shippedAllocationSources } from "#reference/ip-allocations/shipped-tables.ts";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import { assignPublic, emptyAssignment, FRONT } from "./assign-public.ts";
import { gatherPublicEvidence, type PublicReference } from "./public-evidence.ts";
import { decideCountries } from "./weigh.ts";

// Real threat data kept outside the repository; the facts were computed by an independent script.
const replays = new URL("../../../../../shared/replays/", import.meta.url);
const Expected = z.object({
  totals: z.object({ distinct_indicators_total: z.number(), gov_hosts: z.array(z.string()) }),
  per_country_distinct_indicators: z.record(z.string(), z.record(z.string(), z.number())),
});

describe.skipIf(!existsSync(replays))("the replays", async () => {
  for (const folder of ["asean", "americas"]) {
    it(`give every country as many indicators as the independent count: ${folder}`, {
      timeout: 30_000,
    }, async () => {
      const expected = Expected.parse(JSON.parse(read(folder, "EXPECTED.json")));
      const reference = await shippedReference();
      const indicators = readIndicators(folder);
      expect(indicators.size).toBe(expected.totals.distinct_indicators_total);

      const byCountry: Record<string, number> = {};
      const governments = new Set<string>();
      const out = emptyAssignment();
      for (const { type, value, host } of indicators.values()) {
        const { country, government } = assignPublic(type, value, host, FRONT.none, reference, out);
        byCountry[country ?? "none"] = (byCountry[country ?? "none"] ?? 0) + 1;
        if (government !== null) governments.add(host ?? value);
        const { evidence, silence } = gatherPublicEvidence(type, value, host, reference);
        expect(decideCountries(evidence, { silence }).roles[0]?.country ?? null).toBe(country);
      }
      const counted = Object.entries(expected.per_country_distinct_indicators).map(([country, counts]) => [
        country,
        counts.any,
      ]);
      expect(byCountry).toEqual(Object.fromEntries(counted));
      expect([...governments].sort()).toEqual([...expected.totals.gov_hosts].sort());
    });
  }
});

async function shippedReference(): Promise<PublicReference> {
  const sources = shippedAllocationSources();
  return {
    registry: await loadAllocationTable(sources.registry),
    second: await loadAllocationTable(sources.second),
    government: SHIPPED_GOVERNMENT_DOMAINS,
    countryOfHost: countryZones([]),
  };
}

/** Distinct indicators of the files a to g of one folder, read just well enough for this count. */
function readIndicators(folder: string) {
  const found = new Map<string, Extract<ReturnType<typeof normaliseObservable>, { ok: true }>>();
  for (const raw of rawValues(folder)) {
    const normal = normaliseObservable(raw);
    // The report names a mailbox to write to, which is no indicator.
    if (normal.ok && normal.type !== "email-addr") found.set(`${normal.type} ${normal.value}`, normal);
  }
  return found;
}

function rawValues(folder: string): string[] {
  const lines = (file: string) =>
    read(folder, file)
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/);
  const events = z.object({
    response: z.array(z.object({ Event: z.object({ Attribute: z.array(z.object({ value: z.string() })) }) })),
  });
  const misp = events.parse(JSON.parse(read(folder, "partner_c_misp_events.json")));
  const unquoted = (cell = "") => cell.replace(/^"|"$/g, "");
  return [
    ...lines("partner_a_c2_feed.csv")
      .slice(1)
      .map((line) => line.split(",")[0] ?? ""),
    ...Array.from(
      read(folder, "partner_b_stix21_bundle.json").matchAll(/:value = '([^']+)'/g),
      ([, value]) => value ?? "",
    ),
    ...misp.response.flatMap(({ Event }) => Event.Attribute.map(({ value }) => value.split("|")[0] ?? "")),
    ...lines("partner_d_iplist.txt").map((line) => line.replace(/#.*/, "").trim()),
    ...lines("partner_e_analyst_report.txt")
      .flatMap((line) => line.match(/\S*(?:\[|\(|\{)(?:\.|dot|:\/\/)\S*/g) ?? [])
      .map((word) => word.replace(/^[“"‘(]+|[”"’),;]+$/g, "")),
    ...parse(read(folder, "partner_f_phishing_urls.csv"), { bom: true, delimiter: ";" })
      .slice(1)
      .map((cells) => cells[2] ?? ""),
    ...lines("partner_g_compromised_sites.csv")
      .slice(1)
      .map((line) => unquoted(line.split(",")[3])),
  ];
}

function read(folder: string, file: string): string {
  return readFileSync(new URL(`${folder}/${file}`, replays), "utf8");
}

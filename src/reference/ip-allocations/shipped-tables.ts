import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { AllocationSource } from "./load-allocation-table.ts";

/**
 * The two tables that are installed with Muster, until an operator names fresher files. `registry` decides;
 * `dbip`, made by others from other observations, corroborates or disagrees. Origins and licences: SOURCE.md.
 */
export function shippedAllocationSources(): {
  readonly registry: AllocationSource;
  readonly second: AllocationSource;
} {
  return {
    registry: shippedSource("registry", "geo-whois-asn-country"),
    second: shippedSource("dbip", "dbip-country"),
  };
}

function shippedSource(name: string, dataset: string): AllocationSource {
  const manifest = createRequire(import.meta.url).resolve(`@ip-location-db/${dataset}/package.json`);
  const folder = dirname(manifest);
  return {
    name,
    files: [join(folder, `${dataset}-ipv4-num.csv`), join(folder, `${dataset}-ipv6-num.csv`)],
    asOf: dateInVersion(readFileSync(manifest, "utf8")),
  };
}

/** The packages carry the date of their data in the third part of the version: 2.3.2026061719 is 2026-06-17, 19 h. */
function dateInVersion(manifest: string): string {
  const [, year, month, day] = /"version":\s*"\d+\.\d+\.(\d{4})(\d{2})(\d{2})/.exec(manifest) ?? [];
  if (year === undefined) throw new Error("An installed allocation table carries no date in its version");
  return `${year}-${month}-${day}`;
}

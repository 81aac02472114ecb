import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { receiveDelivery, registerSource } from "#capabilities/feeds/index.ts";
import { insertOperation, type Operation, type SourceDeclaration } from "#capabilities/operations/index.ts";
import { listLatestPackages, requestPackages } from "#capabilities/packages/index.ts";
import type { ReportContent } from "#capabilities/packages/model/report.ts";
import { listPackageFiles } from "#capabilities/packages/queries.ts";
import { pdfPrinter } from "#capabilities/packages/render/pdf/pdf-printer.ts";
import { renderPackage } from "#capabilities/packages/render/render-package.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { COUNTRY_LIST } from "#reference/countries/countries.ts";
import { cctldCountry } from "#reference/countries/country-domains.ts";
import { startChildren } from "../src/main/children.ts";
import { type House, openHouse } from "../src/main/house.ts";
import { showProgress } from "../src/main/progress.ts";
import { waitForDeliveries, waitForPackages } from "../src/main/run-operation.ts";

const ROLES = ["c2", "phishing", "compromised"];

/**
 * Composes, renders, signs and stores the packages of 95 countries from 30,000 threats with the programs that `muster`
 * starts, then renders the same reports once more in this process to tell how much of it is Typst.
 */
export async function benchPackages(countryCount: number, threatCount: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
  const house = await openHouse("bench", join(folder, "data"));
  try {
    await migrate(house.database.pool("owner"));
    await ensureSigningKey(house.signingKey, "Bench", new Date());
    const children = await startChildren(house.dataDir);
    try {
      const countries = COUNTRY_LIST.map(({ code }) => code)
        .filter((code) => cctldCountry(code.toLowerCase()) === code)
        .slice(0, countryCount);
      const operation = await prepare(house, folder, countries, threatCount);
      await waitForDeliveries(house, children, operation, showProgress(true));
      const from = performance.now();
      await requestPackages(
        house.database.pool("app"),
        operation,
        Date.parse("2026-11-15T00:00:00Z"),
        countries,
      );
      await waitForPackages(house, children, operation, countries, showProgress(true));
      const seconds = (performance.now() - from) / 1000;
      const packages = await listLatestPackages(house.database.pool("app"), operation.id);
      const signed = packages.filter(({ signature }) => signature !== null).length;
      console.log(
        `${signed} signed reports for ${countries.length} countries from ${threatCount} threats: ${seconds.toFixed(1)} s`,
      );
    } finally {
      await children.stop();
    }
    await shareOfTypst(house);
  } finally {
    await house.close();
    await sleep(200);
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(
  house: House,
  folder: string,
  countries: readonly string[],
  threatCount: number,
): Promise<Operation> {
  const lines = ["indicator,threat_type,family,last_seen"];
  for (let n = 0; n < threatCount; n++) {
    const country = countries[n % countries.length] ?? "";
    const role = ROLES[Math.floor(n / countries.length) % ROLES.length] ?? "c2";
    const label = country === "GB" ? "uk" : country.toLowerCase();
    lines.push(
      `host${n}.bench${n % 977}.${label},${role},family${n % 23},2026-11-${String(1 + (n % 14)).padStart(2, "0")}T10:00:00Z`,
    );
  }
  const path = join(folder, "threats.csv");
  await writeFile(path, `${lines.join("\n")}\n`);
  const pool = house.database.pool("app");
  const declared: SourceDeclaration = {
    id: "bench",
    name: "Bench",
    kind: "partner",
    reliability: "B",
    credibility: 2,
    tlp: "AMBER",
    mayBeNamed: false,
    deliveries: [],
  };
  return transaction(pool, async (db) => {
    const operation = await insertOperation(db, {
      id: "bench",
      name: "Bench",
      from: "2026-09-01",
      to: "2026-12-31",
      mode: "remote",
      purpose: "measurement",
      legalBasis: "none",
      countries: [...countries],
      sources: [],
    });
    return { operation, source: await registerSource(db, operation, declared) };
  }).then(async ({ operation, source }) => {
    const file = { path, name: "threats.csv", sizeBytes: (await stat(path)).size };
    await receiveDelivery(
      { pool, store: house.store },
      operation,
      source,
      { file: "threats.csv", method: "bench" },
      file,
    );
    return operation;
  });
}

async function shareOfTypst(house: House): Promise<void> {
  const pool = house.database.pool("app");
  const printer = pdfPrinter();
  let printing = 0;
  const timed = {
    print(...args: Parameters<typeof printer.print>) {
      const from = performance.now();
      const bytes = printer.print(...args);
      printing += performance.now() - from;
      return bytes;
    },
  };
  let rendering = 0;
  const packages = await listLatestPackages(pool, 1);
  for (const found of packages.slice(0, 60)) {
    const file = (await listPackageFiles(pool, found.id)).find(({ name }) => name === "report.json");
    if (file === undefined) continue;
    // Written by this very version a moment ago.
    const report = JSON.parse((await house.store.read(file.sha256)).toString("utf8")) as ReportContent;
    const from = performance.now();
    renderPackage(report, timed);
    rendering += performance.now() - from;
  }
  console.log(
    `share of rendering spent in Typst: ${Math.round((printing / rendering) * 100)} % (${Math.round(rendering / 60)} ms a report)`,
  );
}

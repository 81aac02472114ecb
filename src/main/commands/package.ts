import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { orderReleases, requestPackages, writePackages } from "#capabilities/packages/index.ts";
import { Problem } from "#platform/problem.ts";
import { isCountry } from "#reference/countries/countries.ts";
import { checkOwnTables } from "../check-own-tables.ts";
import { startChildren } from "../children.ts";
import { showProgress } from "../progress.ts";
import { waitForPackages } from "../run-operation.ts";
import { type HouseOptions, houseCommand, inHouse, instantOf, operationNamed } from "./house-options.ts";

interface PackageOptions extends HouseOptions {
  readonly country?: string;
  readonly all?: boolean;
  readonly asOf?: string;
  readonly out: string;
}

export function packageCommand(): Command {
  return houseCommand("package")
    .description("compose, sign and write country packages")
    .argument("<operation>", "id of the operation")
    .option("--country <code>", "one country")
    .option("--all", "every country of the operation, and every other with findings")
    .option("--as-of <instant>", "2026-11-15T00:00:00Z (default: the operation's)")
    .requiredOption("--out <folder>", "where the packages are written")
    .action((code: string, options: PackageOptions) =>
      inHouse(options, async (house, officer) => {
        const operation = await operationNamed(house, code);
        const countries = countriesOf(options);
        const asOf = options.asOf === undefined ? (operation.asOf ?? Date.now()) : instantOf(options.asOf);
        const pool = house.database.pool("app");
        const progress = showProgress(options.json === true);
        await checkOwnTables(house, progress);
        const children = await startChildren(house.dataDir);
        try {
          const asked = await requestPackages(pool, operation, asOf, countries);
          await waitForPackages(house, children, operation, asked, progress);
          await orderReleases(pool, operation, officer.publicId, asked);
          await waitForPackages(house, children, operation, asked, progress);
        } finally {
          progress.end();
          await children.stop();
        }
        const out = resolve(options.out);
        await mkdir(out, { recursive: true });
        await copyFile(house.signingKey.publicKeyFile, join(out, "signing-key.asc"));
        const written = await writePackages({ pool, store: house.store }, operation, out, options.country);
        if (options.json) process.stdout.write(`${JSON.stringify(written, null, 2)}\n`);
        else for (const { folder } of written) process.stdout.write(`${folder}\n`);
      }),
    );
}

/** Undefined stands for all of them. */
function countriesOf(options: PackageOptions): readonly string[] | undefined {
  if (options.all === true) return undefined;
  if (options.country !== undefined && isCountry(options.country)) return [options.country];
  throw new Problem("invalid", {
    code: "packages.no_such_country",
    say: "Name a country with --country (two capital letters, e.g. SN), or ask for --all.",
  });
}

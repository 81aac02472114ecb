import { resolve } from "node:path";
import type { Command } from "commander";
import { checkOwnTables } from "../check-own-tables.ts";
import { startChildren } from "../children.ts";
import { showProgress } from "../progress.ts";
import { type RunResult, runOperation } from "../run-operation.ts";
import { type HouseOptions, houseCommand, inHouse } from "./house-options.ts";
import { printRun } from "./print-run.ts";

export function runCommand(): Command {
  return houseCommand("run")
    .description("take an operation folder end to end: deliveries, threats, countries, packages, figures")
    .argument("<folder>", "folder with operation.json and the files it names")
    .requiredOption("--out <folder>", "where figures, lists and packages are written")
    .action(async (folder: string, options: HouseOptions & { out: string }) => {
      const result = await runFolder(resolve(folder), resolve(options.out), options);
      printRun(result, resolve(options.out), options.json === true);
    });
}

/** Starts worker and signer on the data folder, runs the operation and ends them. */
export function runFolder(folder: string, out: string, options: HouseOptions): Promise<RunResult> {
  const progress = showProgress(options.json === true);
  return inHouse(options, async (house, officer) => {
    await checkOwnTables(house, progress);
    const children = await startChildren(house.dataDir);
    try {
      return await runOperation(house, officer, children, folder, out, progress);
    } finally {
      progress.end();
      await children.stop();
    }
  });
}

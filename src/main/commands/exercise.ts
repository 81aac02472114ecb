import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { compareWithTruth } from "../../../exercise/check.ts";
import { generateExercise } from "../../../exercise/generate.ts";
import { type HouseOptions, houseCommand } from "./house-options.ts";
import { printRun } from "./print-run.ts";
import { runFolder } from "./run.ts";

/** Beside the checkout's other data, never in an operation's own data folder. */
const EXERCISE_FOLDER = ".muster/exercise";

export function exerciseCommand(): Command {
  return houseCommand("exercise")
    .description("run a fictional operation end to end and hold the result against its known truth")
    .option("--out <folder>", "where files, figures and packages are written", EXERCISE_FOLDER)
    .addOption(new Option("--no-serve", "end after the run (there is no web page yet: always so)"))
    .action(async (options: HouseOptions & { out: string }) => {
      const out = resolve(options.out);
      const folder = join(out, "operation");
      await mkdir(folder, { recursive: true });
      const truth = await generateExercise(folder);
      const results = join(out, "results");
      const result = await runFolder(folder, results, {
        ...options,
        data: options.data ?? join(out, "data"),
      });
      printRun(result, results, options.json === true);
      const [figures, threats] = await Promise.all(
        ["figures.json", "threats.csv"].map((name) => readFile(join(results, name), "utf8")),
      );
      const checks = compareWithTruth(figures ?? "", threats ?? "", truth);
      const wrong = checks.filter(({ ok }) => !ok);
      const report = checks.map(({ ok, line }) => `${ok ? "as known" : "DIFFERS "}  ${line}`).join("\n");
      await writeFile(join(results, "truth-check.txt"), `${report}\n`);
      if (!options.json) process.stdout.write(`\n${report}\n\n`);
      const verdict =
        wrong.length === 0
          ? `The run reproduces the known truth exactly (${checks.length} checks).`
          : `${wrong.length} of ${checks.length} checks differ from the known truth.`;
      (options.json ? process.stderr : process.stdout).write(`${verdict}\n`);
      if (wrong.length > 0) process.exitCode = 1;
    });
}

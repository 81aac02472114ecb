import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { exportLog, proveConsistency, proveEntry, requestCheckpoint } from "#capabilities/audit/index.ts";
import type { Officer } from "#capabilities/people/index.ts";
import { countJobs } from "#platform/jobs/count-jobs.ts";
import { Problem } from "#platform/problem.ts";
import { startChildren } from "../children.ts";
import type { House } from "../house.ts";
import { type HouseOptions, houseCommand, inHouse } from "./house-options.ts";

interface ExportOptions extends HouseOptions {
  readonly out: string;
}

interface ProveOptions extends HouseOptions {
  readonly out?: string;
  readonly since?: number;
}

/** For auditors: what is written is checked with `muster verify` by whoever has the file and the public key. */
export function auditCommand(): Command {
  const write = houseCommand("export")
    .description("sign the audit log as it stands and write it to a file")
    .requiredOption("--out <file>", "JSON lines: entries, checkpoints and their signatures")
    .action((options: ExportOptions) =>
      inHouse(options, async (house, officer) => {
        refuseUnlessAuditor(officer);
        await signNow(house);
        const lines = Readable.from(await exportLog(house.database.pool("app")));
        await pipeline(lines, createWriteStream(resolve(options.out), { mode: 0o600 }));
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ file: resolve(options.out), key: house.signingKey.publicKeyFile })}\n`
            : `${resolve(options.out)}\nCheck it with: muster verify ${options.out} --key ${house.signingKey.publicKeyFile}\n`,
        );
      }),
    );
  const prove = houseCommand("prove")
    .description("one entry with the proof that it stands in the signed log, or that the log only grew")
    .argument("[entry]", "number of the entry", wholeNumber)
    .option(
      "--since <size>",
      "instead: that the log of this earlier checkpoint is the beginning of today's",
      wholeNumber,
    )
    .option("--out <file>", "where the proof is written (default: standard output)")
    .action((entry: number | undefined, options: ProveOptions) =>
      inHouse(options, async (house, officer) => {
        refuseUnlessAuditor(officer);
        const app = house.database.pool("app");
        const proof = await (entry !== undefined
          ? proveEntry(app, entry)
          : options.since !== undefined
            ? proveConsistency(app, options.since)
            : Promise.reject(nothingToProve()));
        if (options.out === undefined) process.stdout.write(proof);
        else await writeFile(resolve(options.out), proof, { mode: 0o600 });
      }),
    );
  return new Command("audit")
    .description("the record of who did what, to be checked elsewhere")
    .addCommand(write)
    .addCommand(prove);
}

/** The signer of a running server does it; so that it is done without one as well, programs are started here. */
async function signNow(house: House): Promise<void> {
  const app = house.database.pool("app");
  await requestCheckpoint(app);
  const children = await startChildren(house.dataDir);
  try {
    while ((await countJobs(app, ["audit.signCheckpoint"])) > 0) {
      await Promise.race([sleep(100), children.trouble]);
    }
  } finally {
    await children.stop();
  }
}

function refuseUnlessAuditor(officer: Officer): void {
  if (officer.duties.includes("auditor")) return;
  throw new Problem("forbidden", {
    code: "people.duty_not_held",
    say: "The audit log is an auditor's to read. An administrator gives that duty.",
  });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("a whole number from 1 on is needed.");
}

function nothingToProve(): Problem {
  return new Problem("invalid", {
    code: "audit.nothing_to_prove",
    say: "Name the number of an entry, or an earlier checkpoint with --since.",
  });
}

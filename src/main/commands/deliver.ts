import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { findSource, readDelivery, receiveDelivery, UnreadablePart } from "#capabilities/feeds/index.ts";
import { DeliveryDeclaration } from "#capabilities/operations/index.ts";
import { Problem } from "#platform/problem.ts";
import { checkOwnTables } from "../check-own-tables.ts";
import { startChildren } from "../children.ts";
import { showProgress } from "../progress.ts";
import { describeDeliveries, waitForDeliveries } from "../run-operation.ts";
import { type HouseOptions, houseCommand, inHouse, operationNamed } from "./house-options.ts";

interface DeliverOptions extends HouseOptions {
  readonly source: string;
  readonly dryRun?: boolean;
  readonly format?: string;
  readonly role?: string;
  readonly method?: string;
  readonly tlp?: string;
}

export function deliverCommand(): Command {
  return houseCommand("deliver")
    .description("hand in files of a source")
    .argument("<operation>", "id of the operation")
    .argument("<files...>", "files of any known format")
    .requiredOption("--source <id>", "id of the source in the operation")
    .addOption(new Option("--dry-run", "read the files and show what would become of them; store nothing"))
    .option("--format <id>", "format, when the content does not tell")
    .option(
      "--role <role>",
      "what the indicators do, when the rows do not tell (c2, phishing, compromised, ...)",
    )
    .option("--method <text>", "how the data was collected")
    .option("--tlp <level>", "marking of this delivery")
    .action(async (code: string, files: string[], options: DeliverOptions) => {
      if (options.dryRun === true) await dryRun(files, options);
      else await deliver(code, files, options);
    });
}

/** Twenty claims per file and the counts, without a database. */
async function dryRun(files: readonly string[], options: DeliverOptions): Promise<void> {
  for (const path of files) {
    const shown: unknown[] = [];
    const counts = { rows: 0, claims: 0, refused: 0 };
    const parts: unknown[] = [];
    try {
      await readDelivery(
        { path: resolve(path), name: basename(path) },
        { format: options.format },
        {
          begin() {},
          end: (part) => parts.push(part),
          sink: {
            row: () => counts.rows++,
            claim(claim) {
              counts.claims++;
              if (shown.length < 20) shown.push(claim);
            },
            refuse(refusal) {
              counts.refused++;
              if (shown.length < 20) shown.push({ refused: refusal });
            },
          },
        },
      );
    } catch (error) {
      if (!(error instanceof UnreadablePart)) throw error;
      throw new Problem("invalid", { code: `feeds.${error.code}`, say: `${path}: ${error.message}` });
    }
    process.stdout.write(
      `${JSON.stringify({ file: path, parts, ...counts, first: shown }, null, options.json ? 0 : 2)}\n`,
    );
  }
}

async function deliver(code: string, files: readonly string[], options: DeliverOptions): Promise<void> {
  await inHouse(options, async (house) => {
    const pool = house.database.pool("app");
    const operation = await operationNamed(house, code);
    const source = await findSource(pool, operation.id, options.source);
    if (source === null) {
      throw new Problem("not-found", {
        code: "feeds.no_such_source",
        say: `Operation "${code}" has no source "${options.source}".`,
      });
    }
    const progress = showProgress(options.json === true);
    await checkOwnTables(house, progress);
    const children = await startChildren(house.dataDir);
    try {
      for (const path of files) {
        const declared = DeliveryDeclaration.safeParse({
          file: path,
          ...(options.format === undefined ? {} : { format: options.format }),
          ...(options.role === undefined ? {} : { role: options.role }),
          ...(options.method === undefined ? {} : { method: options.method }),
          ...(options.tlp === undefined ? {} : { tlp: options.tlp }),
        });
        if (!declared.success) {
          throw new Problem("invalid", {
            code: "feeds.invalid_declaration",
            say: declared.error.issues
              .map((issue) => `--${issue.path.join(".")}: ${issue.message}`)
              .join("; "),
          });
        }
        const file = { path: resolve(path), name: basename(path), sizeBytes: (await stat(path)).size };
        const receipt = await receiveDelivery(
          { pool, store: house.store },
          operation,
          source,
          declared.data,
          file,
        );
        if (receipt.isRepeat)
          progress.note(`${path} was delivered before, byte for byte; nothing is read again`);
      }
      await waitForDeliveries(house, children, operation, progress);
    } finally {
      progress.end();
      await children.stop();
    }
    const lines = (await describeDeliveries(house, operation)).slice(-files.length);
    process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
    if (lines.some(({ state }) => state === "refused")) process.exitCode = 65;
  });
}

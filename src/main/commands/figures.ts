import type { Command } from "commander";
import { openPublicTables } from "#capabilities/jurisdiction/index.ts";
import {
  computeFigures,
  listStatedFigures,
  stateFigures,
  writeFigures,
} from "#capabilities/outcomes/index.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { describeDeliveries } from "../run-operation.ts";
import {
  type HouseOptions,
  houseCommand,
  inHouse,
  instantOf,
  operationNamed,
  readerNamed,
} from "./house-options.ts";

interface FiguresOptions extends HouseOptions {
  readonly asOf?: string;
  readonly reader: string;
  readonly out?: string;
  readonly stated?: boolean;
}

export function figuresCommand(): Command {
  return houseCommand("figures")
    .description("state an operation's figures at an instant, for one reader")
    .argument("<operation>", "id of the operation")
    .option("--as-of <instant>", "2026-11-15T00:00:00Z (default: the operation's)")
    .option(
      "--reader <id>",
      "desk, a country code, or the id of a source: the figures rest on what that reader may see",
      "desk",
    )
    .option("--out <folder>", "also write figures.json and the list of objects of each figure")
    .option("--stated", "instead list what was stated before, corrections included; computes nothing")
    .action((code: string, options: FiguresOptions) =>
      inHouse(options, async (house) => {
        const operation = await operationNamed(house, code);
        if (options.stated === true) {
          printStated(
            await listStatedFigures(house.database.pool("app"), operation.id),
            options.json === true,
          );
          return;
        }
        const asOf = options.asOf === undefined ? (operation.asOf ?? Date.now()) : instantOf(options.asOf);
        const reader = readerNamed(options.reader);
        const tables = await openPublicTables(operation.exercise, house.ownTables);
        const stated = await inOneMoment(house.database.pool("app"), (db) =>
          computeFigures(db, tables, operation, reader, asOf),
        );
        await stateFigures(
          { pool: house.database.pool("app"), store: house.store },
          operation,
          reader,
          stated,
        );
        if (options.out !== undefined) {
          await writeFigures(
            options.out,
            stated,
            reader.kind === "desk" ? await describeDeliveries(house, operation) : [],
          );
        }
        if (options.json) {
          const figures = stated.figures.map(({ objects, ...figure }) => ({
            ...figure,
            objects: objects.length,
          }));
          process.stdout.write(`${JSON.stringify({ ...stated, figures }, null, 2)}\n`);
          return;
        }
        process.stdout.write(
          `${operation.name}, as of ${stated.asOf}, rules ${stated.rules}, inputs ${stated.inputsSha256.slice(0, 16)}\n`,
        );
        for (const figure of stated.figures) {
          const countries = Object.entries(figure.byCountry).map(
            ([country, n]) => `${country || "unassigned"} ${n}`,
          );
          process.stdout.write(
            `${String(figure.value).padStart(8)}  ${figure.title} (${figure.id})  ${countries.join(", ")}\n`,
          );
        }
      }),
    );
}

function printStated(statements: Awaited<ReturnType<typeof listStatedFigures>>, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(statements, null, 2)}\n`);
    return;
  }
  for (const { id, figure, value, reader, asOf, statedAt, corrects } of statements) {
    const correction = corrects === null ? "" : `, corrects ${corrects}`;
    process.stdout.write(
      `${id}  ${figure} = ${value} for ${reader} as of ${asOf.toISOString()}, stated ${statedAt.toISOString()}${correction}\n`,
    );
  }
}

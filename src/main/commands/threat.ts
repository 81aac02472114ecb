import { Command } from "commander";
import { mergeThreats, undoMerge } from "#capabilities/threats/index.ts";
import { type HouseOptions, houseCommand, inHouse, operationNamed } from "./house-options.ts";

interface MergeOptions extends HouseOptions {
  readonly reason: string;
}

export function threatCommand(): Command {
  const merge = houseCommand("merge")
    .description("declare two threats to be one: the second becomes part of the first")
    .argument("<operation>", "id of the operation")
    .argument("<kept>", "id of the threat that stays")
    .argument("<merged>", "id of the threat that becomes part of it")
    .requiredOption("--reason <text>", "why they are the same")
    .action((code: string, kept: string, merged: string, options: MergeOptions) =>
      inHouse(options, async (house, officer) => {
        const operation = await operationNamed(house, code);
        const id = await mergeThreats(house.database.pool("app"), {
          operation: operation.id,
          kept,
          merged,
          reason: options.reason,
          officer: officer.publicId,
        });
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ merge: id })}\n`
            : `Merge ${id}. "muster threat unmerge ${code} ${id}" takes it back.\n`,
        );
      }),
    );
  const unmerge = houseCommand("unmerge")
    .description("take a merge back: both threats are as they were")
    .argument("<operation>", "id of the operation")
    .argument("<merge>", "id of the merge")
    .action((code: string, merge: string, options: HouseOptions) =>
      inHouse(options, async (house, officer) => {
        const operation = await operationNamed(house, code);
        await undoMerge(house.database.pool("app"), {
          operation: operation.id,
          merge,
          officer: officer.publicId,
        });
        process.stdout.write(
          options.json ? `${JSON.stringify({ undone: merge })}\n` : `Merge ${merge} is undone.\n`,
        );
      }),
    );
  return new Command("threat")
    .description("merges of equal threats, each undoable")
    .addCommand(merge)
    .addCommand(unmerge);
}

import { Command } from "commander";
import { listOperations } from "#capabilities/operations/index.ts";
import { describeDeliveries } from "../run-operation.ts";
import { type HouseOptions, houseCommand, inHouse, operationNamed } from "./house-options.ts";
import { operationInviteCommand } from "./operation-invite.ts";

export function operationCommand(): Command {
  const list = houseCommand("list")
    .description("the operations of this data folder")
    .action((options: HouseOptions) =>
      inHouse(options, async (house) => {
        const operations = await listOperations(house.database.pool("app"));
        if (options.json) process.stdout.write(`${JSON.stringify(operations, null, 2)}\n`);
        for (const operation of options.json ? [] : operations) {
          process.stdout.write(
            `${operation.code}  ${operation.name}  ${operation.from} to ${operation.to}  ${operation.countries.join(" ")}\n`,
          );
        }
      }),
    );
  const receipts = houseCommand("receipts")
    .description("what became of each delivery of an operation")
    .argument("<operation>", "id of the operation")
    .action((code: string, options: HouseOptions) =>
      inHouse(options, async (house) => {
        const deliveries = await describeDeliveries(house, await operationNamed(house, code));
        if (options.json) process.stdout.write(`${JSON.stringify(deliveries, null, 2)}\n`);
        for (const delivery of options.json ? [] : deliveries) {
          const { difference } = delivery;
          const changed = difference
            ? `; against the delivery before: ${difference.same} same, ${difference.added} added, ${difference.gone} gone`
            : "";
          process.stdout.write(
            `${delivery.source}  ${delivery.file}  ${delivery.state}  ${delivery.rows} rows, ${delivery.accepted} accepted, ${delivery.repeated} repeated, ${JSON.stringify(delivery.refused)} refused, ${delivery.newThreats} new threats${changed}\n`,
          );
        }
      }),
    );
  return new Command("operation")
    .description("operations, their receipts, and who is invited to them")
    .addCommand(list)
    .addCommand(receipts)
    .addCommand(operationInviteCommand());
}

import type { Command } from "commander";
import {
  addOfficer as addOfficerRoute,
  endOfficer as endOfficerRoute,
  giveDuty as giveDutyRoute,
} from "#capabilities/people/contract.ts";
import {
  addOfficer,
  endOfficer,
  giveDuty,
  listOfficers,
  type OfficerAccount,
} from "#capabilities/people/index.ts";
import { type HouseOptions, houseCommand, inHouse, readInput } from "./house-options.ts";

/** The administrators' acts, done by the officer that this machine's account stands for, with the checks of the server. */
export function officerAdminCommands(): Command[] {
  const list = houseCommand("list")
    .description("every account and its duties")
    .option("--organisation <code>", "those of one organisation")
    .action((options: HouseOptions & { readonly organisation?: string }) =>
      inHouse(options, async (house, officer) => {
        print(
          options,
          await listOfficers(house.database.pool("gate"), officer, options.organisation ?? null),
        );
      }),
    );
  const add = houseCommand("add")
    .description("add an officer, who has no duty, no role and no way to sign in yet")
    .argument("<name>")
    .requiredOption("--organisation <code>", "where he works")
    .option("--language <code>", "en, fr, es or ar", "en")
    .action(
      (name: string, options: HouseOptions & { readonly organisation: string; readonly language: string }) =>
        inHouse(options, async (house, officer) => {
          const { organisation, language } = options;
          const added = readInput(addOfficerRoute.body, { organisation, name, language });
          print(options, [await addOfficer(house.database.pool("gate"), officer, added)]);
        }),
    );
  const give = houseCommand("give")
    .description("give an officer a duty for the whole house")
    .argument("<officer>", "his id")
    .argument("<duty>", "administrator or auditor")
    .action((id: string, duty: string, options: HouseOptions) =>
      inHouse(options, async (house, officer) => {
        const { officer: publicId } = readInput(giveDutyRoute.params, { officer: id });
        const given = readInput(giveDutyRoute.body, { duty });
        print(options, [await giveDuty(house.database.pool("gate"), officer, publicId, given.duty)]);
      }),
    );
  const end = houseCommand("end")
    .description("end an account, its sessions, duties and roles, for good")
    .argument("<officer>", "his id")
    .requiredOption("--reason <text>", "why")
    .action((id: string, options: HouseOptions & { readonly reason: string }) =>
      inHouse(options, async (house, officer) => {
        const { officer: publicId } = readInput(endOfficerRoute.params, { officer: id });
        const { reason } = readInput(endOfficerRoute.body, { reason: options.reason });
        print(options, [await endOfficer(house.database.pool("gate"), officer, publicId, reason)]);
      }),
    );
  return [list, add, give, end];
}

function print(options: HouseOptions, accounts: readonly OfficerAccount[]): void {
  const shown = accounts.map(({ publicId, name, organisation, language, duties, endedAt }) => ({
    id: publicId,
    name,
    organisation: organisation.code,
    language,
    duties,
    endedAt: endedAt?.toISOString() ?? null,
  }));
  if (options.json) process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  for (const { id, name, organisation, duties, endedAt } of options.json ? [] : shown) {
    const ended = endedAt === null ? "" : `  ended ${endedAt}`;
    process.stdout.write(`${id}  ${organisation}  ${name}  ${duties.join(" ")}${ended}\n`);
  }
}

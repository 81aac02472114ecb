import { Command } from "commander";
import {
  enrolmentLink,
  findAccount,
  type IssuedEnrolment,
  issueEnrolment,
  issueFirstEnrolment,
} from "#capabilities/people/index.ts";
import { Problem } from "#platform/problem.ts";
import { frontDoorOf } from "../front-door.ts";
import type { House } from "../house.ts";
import { type HouseOptions, houseCommand, inHouse } from "./house-options.ts";
import { officerAdminCommands } from "./officer-admin.ts";

export function officerCommand(): Command {
  const first = houseCommand("first")
    .description("the one-time link of the first administrator, as long as nobody can sign in")
    .action((options: HouseOptions) =>
      inHouse(options, async (house) => {
        const issued = await issueFirstEnrolment(house.database.pool("gate"));
        if (issued === null)
          throw new Problem("conflict", {
            code: "people.somebody_can_sign_in",
            say: "Somebody can sign in to this house already. An administrator makes links for the others.",
          });
        print(house, issued, options);
      }),
    );
  const enrol = houseCommand("enrol")
    .description("a one-time link for an officer who has no way in yet, as an administrator")
    .argument("<officer>", 'his id, as "muster officer list" shows it')
    .action((id: string, options: HouseOptions) =>
      inHouse(options, async (house, officer) => {
        const gate = house.database.pool("gate");
        const account = await findAccount(gate, id);
        if (account === null)
          throw new Problem("not-found", {
            code: "people.no_officer",
            say: `There is no officer "${id}". "muster officer list" shows those there are.`,
          });
        print(house, await issueEnrolment(gate, account.id, officer.id), options);
      }),
    );
  return [...officerAdminCommands(), first, enrol].reduce(
    (all, each) => all.addCommand(each),
    new Command("officer").description("accounts and duties, and the links by which people come in"),
  );
}

/** The link alone on standard output, so that it can be handed on; nowhere else. */
function print(house: House, { token, expiresAt }: IssuedEnrolment, options: HouseOptions): void {
  const link = enrolmentLink(frontDoorOf(house.settings), token);
  const until = expiresAt.toISOString();
  process.stdout.write(options.json ? `${JSON.stringify({ link, expiresAt: until })}\n` : `${link}\n`);
  process.stderr.write(`Good once, until ${until}.\n`);
}

import type { Command } from "commander";
import { invite as inviteRoute } from "#capabilities/people/contract.ts";
import { invite } from "#capabilities/people/index.ts";
import { type HouseOptions, houseCommand, inHouse, operationNamed, readInput } from "./house-options.ts";

interface InviteOptions extends HouseOptions {
  readonly organisation?: string;
  readonly bureauOf?: string;
  readonly role: string;
  readonly country?: string;
  readonly source?: string;
  readonly message?: string;
  readonly answerUntil: string;
  readonly memberUntil?: string;
}

/** Invites as the officer that this machine's account stands for, who must coordinate the operation. */
export function operationInviteCommand(): Command {
  return houseCommand("invite")
    .description("invite an organisation, or a country's bureau, to take part in a role")
    .argument("<operation>", "id of the operation")
    .option("--organisation <code>", "whom")
    .option("--bureau-of <country>", "or the national central bureau of this country")
    .requiredOption("--role <role>", "as what, e.g. national-officer")
    .option("--country <country>", "for which country, where the role is a country's")
    .option("--source <id>", "for which source, where the role is a partner's")
    .option("--message <text>", "what to say to them")
    .requiredOption("--answer-until <instant>", "when it expires, e.g. 2026-11-15T00:00:00Z")
    .option("--member-until <instant>", "when the role ends")
    .action((code: string, options: InviteOptions) =>
      inHouse(options, async (house, officer) => {
        const operation = await operationNamed(house, code);
        const { role, country, source, message, answerUntil, memberUntil } = options;
        const asked = readInput(inviteRoute.body, {
          to: {
            ...(options.organisation === undefined ? {} : { organisation: options.organisation }),
            ...(options.bureauOf === undefined ? {} : { bureauOf: options.bureauOf }),
          },
          role,
          country,
          source,
          message,
          answerUntil,
          memberUntil,
        });
        const desk = {
          app: house.database.pool("app"),
          gate: house.database.pool("gate"),
          now: new Date(),
        };
        const { id, history } = await invite(desk, officer, operation.id, asked);
        const to = history[0]?.to?.organisation ?? "";
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ invitation: id, organisation: to })}\n`
            : `Invitation ${id} to ${to} stands until ${answerUntil}.\n`,
        );
      }),
    );
}

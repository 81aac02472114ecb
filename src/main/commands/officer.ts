import { Command } from "commander";
import { officerAdminCommands } from "./officer-admin.ts";

export function officerCommand(): Command {
  const officer = new Command("officer").description("accounts and duties");
  for (const command of officerAdminCommands()) officer.addCommand(command);
  return officer;
}

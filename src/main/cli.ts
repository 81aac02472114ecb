import { Command, CommanderError } from "commander";
import { Problem } from "#platform/problem.ts";
import { deliverCommand } from "./commands/deliver.ts";
import { exerciseCommand } from "./commands/exercise.ts";
import { figuresCommand } from "./commands/figures.ts";
import { operationCommand } from "./commands/operation.ts";
import { packageCommand } from "./commands/package.ts";
import { runCommand } from "./commands/run.ts";
import { tablesCommand } from "./commands/tables.ts";
import { threatCommand } from "./commands/threat.ts";
import { verifyCommand } from "./commands/verify.ts";

/** As sysexits.h names them, so that scripts can tell a bad file from a database that is away. */
const EXIT_CODES = {
  invalid: 65,
  "not-found": 66,
  conflict: 65,
  forbidden: 77,
  unavailable: 75,
  internal: 70,
} as const;

/** The command line. Exit 0 only on success; results on standard output, everything else on standard error. */
const program = new Command("muster")
  .description("Runs a cyber operation across countries: from partners' files to signed country packages.")
  .version("0.1.0")
  .showHelpAfterError()
  .exitOverride();

for (const command of [
  runCommand,
  exerciseCommand,
  operationCommand,
  deliverCommand,
  threatCommand,
  figuresCommand,
  packageCommand,
  tablesCommand,
  verifyCommand,
]) {
  program.addCommand(command());
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Problem) {
    process.stderr.write(`muster: ${error.say}\n`);
    return EXIT_CODES[error.kind];
  }
  process.stderr.write(
    `muster: a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 70;
}

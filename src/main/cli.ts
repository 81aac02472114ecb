import { Command, CommanderError } from "commander";
import { Problem } from "#platform/problem.ts";

/** As sysexits.h names them, so that scripts can tell a bad file from a database that is away. */
const EXIT_CODES = {
  invalid: 65,
  "not-found": 66,
  conflict: 65,
  forbidden: 77,
  "too-many": 75,
  unavailable: 75,
  internal: 70,
} as const;

/** The command line. Exit 0 only on success; results on standard output, everything else on standard error. */
const program = new Command("muster")
  .description("Runs a cyber operation across countries: from partners' files to signed country packages.")
  .version("0.1.0")
  .showHelpAfterError()
  .exitOverride();

/** In the order in which the help lists them. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ["start", async () => (await import("./commands/start.ts")).startCommand()],
  ["run", async () => (await import("./commands/run.ts")).runCommand()],
  ["exercise", async () => (await import("./commands/exercise.ts")).exerciseCommand()],
  ["operation", async () => (await import("./commands/operation.ts")).operationCommand()],
  ["officer", async () => (await import("./commands/officer.ts")).officerCommand()],
  ["deliver", async () => (await import("./commands/deliver.ts")).deliverCommand()],
  ["threat", async () => (await import("./commands/threat.ts")).threatCommand()],
  ["figures", async () => (await import("./commands/figures.ts")).figuresCommand()],
  ["package", async () => (await import("./commands/package.ts")).packageCommand()],
  ["tables", async () => (await import("./commands/tables.ts")).tablesCommand()],
  ["audit", async () => (await import("./commands/audit.ts")).auditCommand()],
  ["verify", async () => (await import("./commands/verify.ts")).verifyCommand()],
]);

// Reading all modules costs half a second: only the command that is asked for is read, or all of them for the help.
const [asked = ""] = process.argv.slice(2);
const known = COMMANDS.get(asked);
const needed = known !== undefined ? [known] : ["--version", "-V"].includes(asked) ? [] : COMMANDS.values();
for (const makeCommand of needed) program.addCommand(await makeCommand());

// Whoever reads the result may have seen enough (`| head`): the command goes on and ends in order, unheard.
process.stdout.on("error", (error: Error) => {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
});

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

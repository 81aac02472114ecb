import { userInfo } from "node:os";
import { Command, Option } from "commander";
import type { z } from "zod";
import { type NewEntry, openRecorder } from "#capabilities/audit/index.ts";
import { entitle } from "#capabilities/feeds/index.ts";
import { findOperation, type Operation, type Reader } from "#capabilities/operations/index.ts";
import { enrolLocalOfficer, type Officer } from "#capabilities/people/index.ts";
import { asCaller } from "#platform/postgres/caller.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { Problem } from "#platform/problem.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { type House, openHouse } from "../house.ts";

/** The command of this process, for the audit log. A process runs one. */
let running: Command | undefined;

/** Options that every command on a data folder has. */
export interface HouseOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function houseCommand(name: string): Command {
  return new Command(name)
    .hook("preAction", (_, command) => {
      running = command;
    })
    .addOption(
      new Option(
        "--data <folder>",
        "data folder: database, delivered files, keys (default: MUSTER_DATA or ./data)",
      ),
    )
    .option("--json", "result as JSON on standard output");
}

/**
 * Opens the data folder, brings the database up to date and makes the signing key on first use; closes it after the
 * work. The work is done by the officer that this machine's account stands for, sees what he may see, and stands in the
 * audit log: as begun before it is done, and how it ended.
 */
export async function inHouse<T>(
  options: HouseOptions,
  work: (house: House, officer: Officer) => Promise<T>,
): Promise<T> {
  const house = await openHouse("cli", options.data);
  try {
    await migrate(house.database.pool("owner"));
    await ensureSigningKey(house.signingKey, "Muster", new Date());
    const gate = house.database.pool("gate");
    const officer = await enrolLocalOfficer(gate, userInfo().username);
    return await recorded(house, officer, async () =>
      asCaller(await entitle(gate, officer.id), () => work(house, officer)),
    );
  } finally {
    await house.close();
  }
}

async function recorded<T>(house: House, officer: Officer, work: () => Promise<T>): Promise<T> {
  const recorder = openRecorder(house.database.pool("gate"));
  const write = (outcome: NewEntry["outcome"], code: string | null = null) =>
    recorder.record({ ...commandFacts(), officer: officer.publicId, outcome, code });
  await write("begun");
  try {
    const result = await work();
    await write("done");
    return result;
  } catch (error) {
    const isRefusal = error instanceof Problem && error.kind !== "internal" && error.kind !== "unavailable";
    // What went wrong is what must be told, also when the log cannot be reached any more.
    await (isRefusal ? write("refused", error.code) : write("failed")).catch(() => undefined);
    throw error;
  }
}

/** Name, operation and subject of the command that runs. Its other words are left out: they may be anything. */
function commandFacts() {
  const names: string[] = [];
  for (let each = running; each?.parent != null; each = each.parent) names.unshift(each.name());
  const given = new Map(
    running?.registeredArguments.map((argument, at) => [
      argument.name(),
      running?.processedArgs[at] as unknown,
    ]),
  );
  const operation = given.get("operation");
  given.delete("operation");
  const [subject] = [...given].filter(([, value]) => typeof value === "string");
  return {
    session: null,
    operation: typeof operation === "string" ? operation : null,
    act: `cli.${names.join(".") || "unnamed"}`,
    subject: subject === undefined ? null : { kind: subject[0], id: String(subject[1]) },
    purpose: null,
    detail: {},
  };
}

/** @throws Problem `not-found` */
export async function operationNamed(house: House, code: string): Promise<Operation> {
  const operation = await findOperation(house.database.pool("app"), code);
  if (operation !== null) return operation;
  throw new Problem("not-found", {
    code: "operations.not_found",
    say: `There is no operation "${code}" in this data folder. "muster operation list" shows those there are.`,
  });
}

/**
 * What was typed, read by the contract of the route that does the same.
 * @throws Problem `invalid`, with what the contract says of each fault
 */
export function readInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new Problem("invalid", {
    code: "main.invalid_input",
    say: read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
  });
}

/** `desk`, a country code, or the id of a source. */
export function readerNamed(text: string): Reader {
  if (text === "desk") return { kind: "desk" };
  return /^[A-Z]{2}$/.test(text) ? { kind: "country", country: text } : { kind: "source", source: text };
}

/** @throws Problem `invalid` */
export function instantOf(text: string): number {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isFinite(at)) return at;
  throw new Problem("invalid", {
    code: "main.not_an_instant",
    say: `"${text}" is not an instant. Write 2026-11-15T00:00:00Z.`,
  });
}

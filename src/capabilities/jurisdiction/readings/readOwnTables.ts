import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { Problem } from "#platform/problem.ts";
import { OwnTablesFile } from "../contract.ts";

/** An operator's own tables as declared, with absolute paths. */
export interface OwnTables extends OwnTablesFile {
  /** The file that declares them. */
  readonly declaredIn: string;
}

/** A day's grace: where the operator is, it may be tomorrow already. */
const DAY_MS = 86_400_000;

/**
 * Reads and checks the file that MUSTER_TABLES names; the tables themselves are read by `loadOwnTables`.
 * @param now milliseconds since the epoch: a table of the future is a slip of the pen
 * @throws Problem `invalid` that names the file, the place in it and the mend
 */
export async function readOwnTables(path: string, now: number): Promise<OwnTables> {
  const declaredIn = resolve(path);
  const parsed = OwnTablesFile.safeParse(await readJson(declaredIn));
  const faults = parsed.success ? faultsOf(parsed.data, now) : [z.prettifyError(parsed.error)];
  if (!parsed.success || faults.length > 0) {
    throw new Problem("invalid", {
      code: "jurisdiction.invalid_tables_file",
      say: `${declaredIn} does not say what tables of your own need. ${faults.join(". ")}. An example is in docs/howto/bring-your-own-tables.md.`,
    });
  }
  const absolute = (file: string) => resolve(dirname(declaredIn), file);
  const anchored = <T extends { file: string }>(table: T): T => ({ ...table, file: absolute(table.file) });
  const { allocations, shields, governmentSuffixes, governmentHosts } = parsed.data;
  return {
    declaredIn,
    allocations: allocations.map((table) => ({ ...table, files: table.files.map(absolute) })),
    shields: shields.map(anchored),
    governmentSuffixes: governmentSuffixes.map(anchored),
    governmentHosts: governmentHosts.map(anchored),
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Problem("invalid", {
      code: "jurisdiction.unreadable_tables_file",
      say: `${path}, which MUSTER_TABLES names, cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

function faultsOf(file: OwnTablesFile, now: number): string[] {
  const tables = [...file.allocations, ...file.shields, ...file.governmentSuffixes, ...file.governmentHosts];
  const tomorrow = new Date(now + DAY_MS).toISOString().slice(0, 10);
  const names = tables.map(({ name }) => name);
  return [
    ...new Set(
      names
        .filter((name, at) => names.indexOf(name) < at)
        .map((name) => `Two tables are called "${name}"; a reason would not tell which of them spoke`),
    ),
    ...tables
      .filter(({ asOf }) => asOf > tomorrow)
      .map(({ name, asOf }) => `The table "${name}" is dated ${asOf}, which is still to come`),
  ];
}

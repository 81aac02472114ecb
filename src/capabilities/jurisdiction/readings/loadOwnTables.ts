import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Problem } from "#platform/problem.ts";
import type { GovernmentSuffix } from "#reference/government-domains/government-domains.ts";
import { readGovernmentHosts } from "#reference/government-domains/government-hosts.ts";
import { readSuffixes, type SuffixList } from "#reference/government-domains/read-suffixes.ts";
import type { AllocationColumns } from "#reference/ip-allocations/allocation-table.ts";
import { loadAllocationColumns } from "#reference/ip-allocations/load-allocation-table.ts";
import { type AddedShields, readOperatorTable } from "#reference/shared-infrastructure/shield-tables.ts";
import { oncePerProcess } from "./once-per-process.ts";
import type { OwnTables } from "./readOwnTables.ts";

/** What an operator's own tables hold. */
export interface OwnTableData {
  readonly registry: OwnAllocations;
  readonly second: OwnAllocations;
  readonly shields: readonly AddedShields[];
  /** Suffixes and single hosts. */
  readonly suffixes: SuffixList;
  /** SHA-256 over all that was declared and read, wherever the files lie. */
  readonly edition: string;
}

export interface OwnAllocations {
  /** In the order of their declaration: the last is asked first. */
  readonly tables: readonly AllocationColumns[];
  readonly replaceShipped: boolean;
}

/**
 * Reads an operator's own tables to their last row, once per process: after a change the programs are started anew.
 * @throws Problem `invalid` that names the table, its file, the row and the mend; half a table is never used
 */
export const loadOwnTables = oncePerProcess(async (own: OwnTables): Promise<OwnTableData> => {
  const columns = await readEach(own, own.allocations, loadAllocationColumns);
  const shields = await readEach(own, own.shields, ({ file, kind, replaces }) => ({
    entries: readOperatorTable({ path: file, ...(kind === undefined ? {} : { kind }) }),
    replaces,
  }));
  const suffixes = await readEach(own, own.governmentSuffixes, async ({ file }) =>
    readSuffixes(await readFile(file, "utf8"), file),
  );
  const hosts = await readEach(own, own.governmentHosts, async ({ file, country }) =>
    readHosts(await readFile(file, "utf8"), file, country ?? null),
  );
  const speakingAs = (voice: "registry" | "second") => {
    const all = own.allocations.map((table, place) => ({ table, columns: columns[place] }));
    const heard = all.filter(({ table }) => table.speaksAs === voice);
    const from = heard.findLastIndex(({ table }) => table.replaces);
    return {
      tables: heard.slice(Math.max(0, from)).flatMap((heardTable) => heardTable.columns ?? []),
      replaceShipped: from >= 0,
    };
  };
  return {
    registry: speakingAs("registry"),
    second: speakingAs("second"),
    shields,
    suffixes: {
      government: [...suffixes.flatMap(({ government }) => government), ...hosts.flat()],
      countryZones: suffixes.flatMap(({ countryZones }) => countryZones),
    },
    edition: await editionOf(own),
  };
});

/** One after another: two large tables at once would only double what is in memory. */
async function readEach<Table extends { readonly name: string }, T>(
  own: OwnTables,
  tables: readonly Table[],
  read: (table: Table) => T | Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  for (const table of tables) {
    try {
      done.push(await read(table));
    } catch (error) {
      throw new Problem("invalid", {
        code: "jurisdiction.unreadable_table",
        say: `The table "${table.name}", named in ${own.declaredIn}, cannot be used. ${reasonOf(error)}. Mend or delete the row, or take the table out of that file.`,
        cause: error,
      });
    }
  }
  return done;
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

/** An operator's list is refused for one bad line: a host that is dropped is a ministry that is not told. */
function readHosts(text: string, file: string, country: string | null): readonly GovernmentSuffix[] {
  const { suffixes, refused } = readGovernmentHosts(text, file, country);
  const [first] = refused;
  if (first === undefined) return suffixes;
  const others = refused.length === 1 ? "" : `, and ${refused.length - 1} more lines like it`;
  throw new Error(
    `${file}, line ${first.line}: "${first.text}" is no host with a country (a name alone, without a path; a country in its own domain, in a column, or declared for the list)${others}`,
  );
}

async function editionOf(own: OwnTables): Promise<string> {
  const files = [
    ...own.allocations.flatMap((table) => table.files),
    ...[own.shields, own.governmentSuffixes, own.governmentHosts].flat().map(({ file }) => file),
  ];
  const edition = createHash("sha256").update(JSON.stringify(own, withoutPaths));
  for (const file of files)
    edition.update(
      createHash("sha256")
        .update(await readFile(file))
        .digest(),
    );
  return edition.digest("hex");
}

function withoutPaths(key: string, value: unknown): unknown {
  return key === "file" || key === "files" || key === "declaredIn" ? undefined : value;
}

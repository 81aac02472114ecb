import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ExerciseTables } from "#capabilities/operations/index.ts";
import { readSuffixes, type SuffixList } from "#reference/government-domains/read-suffixes.ts";
import type { AllocationColumns } from "#reference/ip-allocations/allocation-table.ts";
import {
  type AllocationSource,
  loadAllocationColumns,
} from "#reference/ip-allocations/load-allocation-table.ts";
import { shippedAllocationSources } from "#reference/ip-allocations/shipped-tables.ts";
import type { AddedShields } from "#reference/shared-infrastructure/shield-tables.ts";
import { SHIPPED_TABLES } from "../model/table-age.ts";
import { loadOwnTables, type OwnAllocations } from "./loadOwnTables.ts";
import { oncePerProcess } from "./once-per-process.ts";
import type { OwnTables } from "./readOwnTables.ts";

/**
 * The data of the tables: plain, and the large parts in shared memory, so that a thread gets it without a copy and
 * without reading the files again (half a second for each delivery otherwise).
 */
export interface PublicData {
  /** From the table asked last to the one asked first; never empty. */
  readonly registry: readonly AllocationColumns[];
  readonly second: readonly AllocationColumns[];
  /** Laid over the shipped ones. */
  readonly suffixes: SuffixList;
  readonly shields: readonly AddedShields[];
  readonly isExercise: boolean;
  /** SHA-256 that changes with any of the tables. */
  readonly edition: string;
}

/**
 * Loads the data once per process and operation: the shipped tables, an operator's own over or instead of them, an
 * exercise's over all.
 * @throws Problem `invalid` when an operator's own table cannot be read
 */
export const loadPublicData: (
  exercise: ExerciseTables | null,
  own?: OwnTables | null,
) => Promise<PublicData> = oncePerProcess(async (exercise, own = null) => {
  const shipped = shippedAllocationSources();
  const ownData = own === null ? null : await loadOwnTables(own);
  const [registry, second] = await Promise.all([
    layersOf(shipped.registry, ownData?.registry, exercise?.allocations[0]),
    layersOf(shipped.second, ownData?.second, exercise?.allocations[1]),
  ]);
  const exerciseSuffixes = exercise === null ? NO_SUFFIXES : await readExerciseSuffixes(exercise);
  const ownSuffixes = ownData?.suffixes ?? NO_SUFFIXES;
  return {
    registry,
    second,
    suffixes: {
      government: [...ownSuffixes.government, ...exerciseSuffixes.government],
      countryZones: [...ownSuffixes.countryZones, ...exerciseSuffixes.countryZones],
    },
    shields: ownData?.shields ?? [],
    isExercise: exercise !== null,
    edition: editionOf([...registry, ...second, ...SHIPPED_TABLES], ownData?.edition ?? null),
  };
});

/** A real operation and an exercise beside it share the large tables. */
const loadShipped = oncePerProcess(loadAllocationColumns);

async function layersOf(
  shipped: AllocationSource,
  own: OwnAllocations | undefined,
  exercise: ExerciseTables["allocations"][number] | undefined,
): Promise<AllocationColumns[]> {
  const layers = own?.replaceShipped === true ? [] : [await loadShipped(shipped)];
  if (own !== undefined) layers.push(...own.tables);
  if (exercise !== undefined)
    layers.push(await loadAllocationColumns({ ...exercise, files: [exercise.file] }));
  return layers;
}

const NO_SUFFIXES: SuffixList = { government: [], countryZones: [] };

async function readExerciseSuffixes({ governmentSuffixes: file }: ExerciseTables): Promise<SuffixList> {
  return file === undefined ? NO_SUFFIXES : readSuffixes(await readFile(file, "utf8"), file);
}

/** Whatever is shipped is told apart by its date; the dates change with the data. */
function editionOf(
  tables: readonly { readonly name: string; readonly asOf: string }[],
  own: string | null,
): string {
  const dated = tables.map(({ name, asOf }) => [name, asOf]);
  return createHash("sha256")
    .update(JSON.stringify([dated, own]))
    .digest("hex");
}

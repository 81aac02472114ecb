import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeRegistryTable, writeSecondTable } from "./allocations.ts";
import { writeSuffixTable } from "./countries.ts";
import { seededRandom } from "./random.ts";
import { DELIVERIES, type Delivery, ORIGINAL_FILE, RESOLD_FILE, writeOperation } from "./sources.ts";
import { makeStatements } from "./statements.ts";
import { type ExerciseTruth, tellTruth } from "./truth.ts";
import { plantWorld } from "./world.ts";

export type { ExerciseTruth } from "./truth.ts";

export interface ExerciseOptions {
  /** Another seed, another exercise with the same totals. Default 1. */
  readonly seed?: number;
  /** 1 = 8,800 servers and about 23,000 rows; above 0, at most 5 (the reserved addresses end there). Default 1. */
  readonly scale?: number;
}

/**
 * Writes the fictional operation into a folder: `operation.json`, the files of its partners and countries, the
 * exercise's own allocation and suffix tables, and `truth.json` with what a run has to find.
 * Equal options give equal bytes. Throws when the folder cannot be written or the scale is out of range.
 */
export async function generateExercise(
  targetFolder: string,
  options: ExerciseOptions = {},
): Promise<ExerciseTruth> {
  const { seed = 1, scale = 1 } = options;
  if (!(scale > 0 && scale <= 5))
    throw new RangeError(`the exercise has a scale above 0 and up to 5, not ${scale}`);
  const random = seededRandom(`muster-exercise-${seed}`);
  const world = plantWorld(random.fork("world"), scale);
  const rows = makeStatements(random.fork("statements"), world, {
    voices: DELIVERIES.filter((delivery) => delivery.file !== RESOLD_FILE),
    original: deliveryOf(ORIGINAL_FILE),
    reseller: deliveryOf(RESOLD_FILE),
  });
  const truth = tellTruth(
    world,
    DELIVERIES.map((delivery) => ({ delivery, rows: rows.get(delivery) ?? [] })),
    { seed, scale },
  );

  const files = new Map<string, string | Buffer>([
    ["operation.json", writeOperation()],
    ["allocations-registry.csv", writeRegistryTable()],
    ["allocations-second.csv", writeSecondTable()],
    ["government-suffixes.csv", writeSuffixTable()],
    ["truth.json", `${JSON.stringify(truth, null, 2)}\n`],
  ]);
  for (const delivery of DELIVERIES) {
    files.set(delivery.file, delivery.write(rows.get(delivery) ?? [], random.fork(`write/${delivery.file}`)));
  }
  for (const [file, content] of files) {
    const path = join(targetFolder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return truth;
}

function deliveryOf(file: string): Delivery {
  const found = DELIVERIES.find((delivery) => delivery.file === file);
  if (found === undefined) throw new Error(`no delivery of the exercise is called ${file}`);
  return found;
}

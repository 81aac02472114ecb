import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { Operation } from "#capabilities/operations/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { SIGNATURE_FILE } from "../model/manifest.ts";
import { listLatestPackages, listPackageFiles } from "../queries.ts";

export interface WrittenPackage {
  readonly reference: string;
  readonly country: string;
  readonly folder: string;
}

/**
 * Writes the released packages as `<folder>/<country>/<reference>/`, each folder whole or not at all; a package of an
 * earlier run is replaced. Unreleased packages are not written: what is not signed does not leave.
 * Recalled ones are not there any more.
 * @param only writes one country's packages
 */
export async function writePackages(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  operation: Operation,
  folder: string,
  only?: string,
): Promise<WrittenPackage[]> {
  const written: WrittenPackage[] = [];
  for (const found of await listLatestPackages(here.pool, operation.id)) {
    if (found.signature === null || found.isRecalled || (only !== undefined && found.country !== only))
      continue;
    const country = join(folder, found.country);
    await mkdir(country, { recursive: true });
    const unfinished = await mkdtemp(join(country, ".part-"));
    for (const file of await listPackageFiles(here.pool, found.id)) {
      await writeFile(join(unfinished, file.name), await here.store.read(file.sha256));
    }
    await writeFile(join(unfinished, SIGNATURE_FILE), found.signature);
    const target = join(country, found.reference);
    await rm(target, { recursive: true, force: true });
    await rename(unfinished, target);
    written.push({ reference: found.reference, country: found.country, folder: target });
  }
  return written;
}

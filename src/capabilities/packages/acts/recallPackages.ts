import type pg from "pg";
import type { Operation } from "#capabilities/operations/index.ts";
import { type DeletedThreats, openReadingScope } from "#capabilities/threats/index.ts";
import {
  deleteToldThreats,
  insertRecalls,
  listFilesOfPackages,
  listTellingPackages,
  type TellingPackage,
} from "../recall-queries.ts";

/**
 * Marks the packages that told of deleted statements as recalled: the desk and the country see it and must destroy
 * them; nothing is sent. A package whose country could not know of the statements when it was composed told nothing of them and stays, so
 * that a recall does not tell of what is hidden. Gives how many were recalled and the names of their files.
 */
export async function recallPackages(
  db: pg.ClientBase,
  operation: Operation,
  { deletion, lost, vanished }: DeletedThreats,
): Promise<{ readonly packages: number; readonly files: readonly string[] }> {
  const audiences = new Map<string, Set<number>>();
  for (const threat of lost)
    for (const named of [threat.threat, threat.mergedInto])
      if (named !== null)
        audiences.set(named, (audiences.get(named) ?? new Set()).union(new Set(threat.audiences)));
  const telling = await listTellingPackages(db, operation.id, deletion.receivedAt, [...audiences.keys()]);
  const recalled: number[] = [];
  for (const made of telling) if (await told(db, operation, made, audiences)) recalled.push(made.id);
  if (recalled.length > 0) await insertRecalls(db, recalled, deletion.publicId);
  await deleteToldThreats(db, operation.id, vanished);
  return { packages: recalled.length, files: await listFilesOfPackages(db, recalled) };
}

async function told(
  db: pg.ClientBase,
  operation: Operation,
  { country, asOf, threats }: TellingPackage,
  audiences: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<boolean> {
  const scope = await openReadingScope(db, operation, { kind: "country", country }, asOf);
  const known = new Set(scope.audiences.keys());
  return threats.some((threat) => !known.isDisjointFrom(audiences.get(threat) ?? new Set()));
}

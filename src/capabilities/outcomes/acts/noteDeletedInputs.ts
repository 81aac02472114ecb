import type pg from "pg";
import type { Deletion } from "#capabilities/feeds/index.ts";
import type { Operation, Reader } from "#capabilities/operations/index.ts";
import { openReadingScope } from "#capabilities/threats/index.ts";
import { insertDeletedInputs, listStatedReaders } from "../deletion-queries.ts";

/**
 * Notes on stated figures that inputs of theirs were deleted since: the number stays (C-24), what it counted cannot be
 * shown any more. Only where the reader could know of what was deleted; on other figures a note would tell that there
 * was something hidden. Gives the names of the lists of objects that are to go. Twice is once.
 */
export async function noteDeletedInputs(
  db: pg.ClientBase,
  operation: Operation,
  deletion: Deletion,
): Promise<string[]> {
  const deleted = new Set(deletion.audiences);
  const files: string[] = [];
  for (const stated of await listStatedReaders(db, operation.id, deletion.receivedAt)) {
    const { audiences } = await openReadingScope(db, operation, readerNamed(stated.reader), stated.asOf);
    if (deleted.isDisjointFrom(new Set(audiences.keys()))) continue;
    files.push(
      ...(await insertDeletedInputs(db, operation.id, deletion.receivedAt, stated, deletion.publicId)),
    );
  }
  return files;
}

/** The other way round of how a statement is named for its reader. */
function readerNamed(name: string): Reader {
  if (name === "desk") return { kind: "desk" };
  return /^[A-Z]{2}$/.test(name) ? { kind: "country", country: name } : { kind: "source", source: name };
}

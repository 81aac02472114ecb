import { listTables } from "#capabilities/jurisdiction/index.ts";
import type { House } from "./house.ts";
import type { Progress } from "./progress.ts";

/**
 * Reads the operator's own tables before anything is begun, so that a bad row is told to him and not to a worker's log,
 * and says which of them are past their shelf life. They are used all the same.
 * @throws Problem `invalid`
 */
export async function checkOwnTables(house: House, progress: Progress): Promise<void> {
  if (house.ownTables === null) return;
  const today = new Date().toISOString().slice(0, 10);
  for (const table of await listTables(house.ownTables, today)) {
    if (!table.isOwn || !table.isPastShelfLife) continue;
    progress.note(
      `The table "${table.name}" of ${table.asOf} was fresh until ${table.freshUntil}. It is used all the same; fetch a newer one.`,
    );
  }
}

import type pg from "pg";
import { listAudiences, listSources } from "#capabilities/feeds/index.ts";
import { listHandlings, listOperations, type Operation } from "#capabilities/operations/index.ts";
import { Problem } from "#platform/problem.ts";
import type { ViewFrame } from "../model/view.ts";
import type { ReadingScope } from "./streamThreats.ts";

/** What a request reads under: row-level security decides who sees what, this names whose words they are. */
export interface CallerScope {
  readonly operation: Operation;
  readonly audiences: ReadingScope["audiences"];
  readonly frame: ViewFrame;
}

const DAY_MS = 86_400_000;

/**
 * The scope of the officer for whom `db` was taken.
 * @param now for operations that state no instant of their own; milliseconds since the epoch, UTC
 * @throws Problem `not-found` when the operation is not his to see any more
 */
export async function openCallerScope(
  db: pg.ClientBase,
  operationId: number,
  now: number,
): Promise<CallerScope> {
  const operation = (await listOperations(db)).find(({ id }) => id === operationId);
  if (operation === undefined)
    throw new Problem("not-found", {
      code: "http.not_found",
      say: "There is nothing here that you may see.",
    });
  const sources = new Map((await listSources(db, operation.id)).map((source) => [source.id, source]));
  const handlings = await listHandlings(db);
  const audiences: [
    number,
    {
      source: NonNullable<ReturnType<typeof sources.get>>;
      handling: NonNullable<ReturnType<typeof handlings.get>>;
    },
  ][] = [];
  for (const audience of await listAudiences(db, operation.id)) {
    const source = sources.get(audience.source);
    const handling = handlings.get(audience.handling);
    if (source !== undefined && handling !== undefined) audiences.push([audience.id, { source, handling }]);
  }
  const asOf = operation.asOf ?? now;
  return {
    operation,
    audiences: new Map(audiences),
    frame: { asOf, from: Date.parse(operation.from), to: Date.parse(operation.to) + DAY_MS - 1 },
  };
}

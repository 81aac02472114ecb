import type pg from "pg";
import type { Operation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { findDeliveryToClear, insertClearance, listThreatsOfSource } from "../clearance-queries.ts";
import { listSources } from "../queries.ts";

export interface ClearanceRequest {
  readonly scope:
    | { readonly delivery: string }
    | { readonly source: string; readonly threats: readonly string[] };
  readonly countries: readonly string[];
  readonly reason: string;
  /** Milliseconds since the epoch, UTC. */
  readonly answerBy: number;
  /** Public id. */
  readonly officer: string;
}

/**
 * Asks a source to let named countries read what one of its deliveries said, or what it said of listed threats. The
 * source is shown nothing that it did not hand in itself. Returns the request's public id.
 * @throws Problem `not-found`, or `invalid` when a country does not take part or the time to answer is over
 */
export function askClearance(
  pool: pg.Pool,
  operation: Operation,
  request: ClearanceRequest,
  now: number,
): Promise<string> {
  const strangers = request.countries.filter((country) => !operation.countries.includes(country));
  if (strangers.length > 0)
    throw new Problem("invalid", {
      code: "feeds.clearance_countries",
      say: `${strangers.join(", ")} does not take part in this operation. Ask for its countries only.`,
    });
  if (request.answerBy <= now)
    throw new Problem("invalid", {
      code: "feeds.clearance_answer_by",
      say: "The time to answer lies in the past.",
    });
  return transaction(pool, async (db) => {
    const { source, delivery, threats } = await scopeOf(db, operation, request.scope);
    return insertClearance(db, {
      operation: operation.id,
      source,
      delivery,
      threats,
      countries: [...new Set(request.countries)].sort(),
      reason: request.reason,
      askedBy: request.officer,
      answerBy: new Date(request.answerBy).toISOString(),
    });
  });
}

async function scopeOf(db: pg.ClientBase, operation: Operation, scope: ClearanceRequest["scope"]) {
  if ("delivery" in scope) {
    const delivery = await findDeliveryToClear(db, operation.id, scope.delivery);
    if (delivery === null) throw notFound("delivery");
    if (!delivery.isDone)
      throw new Problem("conflict", {
        code: "feeds.clearance_delivery",
        say: "This delivery was not read, or repeats another one. Ask for a delivery that was taken in.",
      });
    return { source: delivery.source, delivery: delivery.id, threats: null };
  }
  const source = (await listSources(db, operation.id)).find(({ code }) => code === scope.source);
  if (source === undefined) throw notFound("source");
  const asked = [...new Set(scope.threats)].sort();
  const said = await listThreatsOfSource(db, operation.id, source.id, asked);
  if (said.length !== asked.length) throw notFound("threat of this source");
  return { source: source.id, delivery: null, threats: asked };
}

function notFound(what: string): Problem {
  return new Problem("not-found", { code: "feeds.not_found", say: `There is no such ${what}.` });
}

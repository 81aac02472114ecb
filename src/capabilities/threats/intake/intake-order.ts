import type pg from "pg";
import { type Delivery, listSources } from "#capabilities/feeds/index.ts";
import { type ExerciseTables, listOperations } from "#capabilities/operations/index.ts";
import { isThreatRole } from "#standards/threat-role.ts";
import type { IntakeOrder } from "./thread-messages.ts";

const DAY_MS = 86_400_000;

/** What the parse thread must know of a delivery. Dates may lie a day behind the horizon, for clocks and zones. */
export async function intakeOrderFor(
  pool: pg.Pool,
  delivery: Delivery,
  path: string,
  claimsPerBatch?: number,
): Promise<{ readonly order: IntakeOrder; readonly exercise: ExerciseTables | null }> {
  const operation = (await listOperations(pool)).find((known) => known.id === delivery.operation);
  const source = (await listSources(pool, delivery.operation)).find((known) => known.id === delivery.source);
  if (operation === undefined || source === undefined)
    throw new Error(`delivery ${delivery.id} has no operation or source`);
  const windowDeclared = !delivery.defaultsTaken.includes("observation window");
  const order: IntakeOrder = {
    file: { path, name: delivery.fileName },
    facts: {
      operation: operation.code,
      operationId: operation.id,
      delivery: delivery.id,
      source: source.externalId,
      role: delivery.role !== null && isThreatRole(delivery.role) ? delivery.role : "unknown",
      horizon: (operation.asOf ?? delivery.receivedAt) + DAY_MS,
      window: windowDeclared ? { from: delivery.observedFrom, to: delivery.observedTo + DAY_MS } : null,
    },
    format: delivery.declaredFormat,
    mapping: delivery.mapping,
    claimsPerBatch,
  };
  return { order, exercise: operation.exercise };
}

import { createHash } from "node:crypto";
import type pg from "pg";
import { type OwnTables, openPublicTables } from "#capabilities/jurisdiction/index.ts";
import { findOperation, type Operation, type Reader } from "#capabilities/operations/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import type { FigureObject } from "../model/figures.ts";
import { insertStatement } from "../queries.ts";
import { computeFigures, type StatedFigures } from "./computeFigures.ts";

/**
 * Keeps computed figures as stated, and what each counts in the file store. A figure that was stated before with
 * another value or other objects is stated anew and names the statement it corrects; the old one stays as it was
 * (C-24). Saying the same again adds nothing.
 */
export async function stateFigures(
  { pool, store }: { readonly pool: pg.Pool; readonly store: FileStore },
  operation: Operation,
  reader: Reader,
  stated: StatedFigures,
): Promise<void> {
  const kept = new Map<string, string>();
  for (const { id, objects } of stated.figures) kept.set(id, (await store.put(linesOf(objects))).sha256);
  await transaction(pool, async (db) => {
    for (const figure of stated.figures) {
      await insertStatement(db, {
        operation: operation.id,
        figure: figure.id,
        rules: stated.rules,
        asOf: stated.asOf,
        reader: nameOfReader(reader),
        value: figure.value,
        qualifier: figure.qualifier,
        byCountry: figure.byCountry,
        byFamily: figure.byFamily ?? null,
        inputsSha256: stated.inputsSha256,
        objectsSha256: createHash("sha256").update(canonicalJson(figure.objects)).digest("hex"),
        objectsFile: kept.get(figure.id) ?? "",
      });
    }
  });
}

/** A line for each object, so that a page can be read from any of them on. */
function* linesOf(objects: readonly FigureObject[]): Generator<Uint8Array> {
  for (const object of objects) yield Buffer.from(`${canonicalJson(object)}\n`);
}

export interface FiguresOrder {
  readonly operation: string;
  /** `desk` or a country. */
  readonly reader: string;
  /** Milliseconds since the epoch, UTC. */
  readonly asOf: number;
}

/** Has the worker count and state; asked for again before it began, it does so once. */
export async function requestFigures(pool: pg.Pool, order: FiguresOrder): Promise<void> {
  await transaction(pool, (db) =>
    addJob(
      db,
      "outcomes.stateFigures",
      { ...order },
      { key: `figures-${order.operation}-${order.reader}-${order.asOf}` },
    ),
  );
}

/** The worker's part: counts from what the reader may see, and states it. */
export async function stateRequestedFigures(
  here: { readonly pool: pg.Pool; readonly store: FileStore; readonly ownTables: OwnTables | null },
  order: FiguresOrder,
): Promise<void> {
  const operation = await findOperation(here.pool, order.operation);
  if (operation === null) throw new Error(`there is no operation ${order.operation} to state figures of`);
  const tables = await openPublicTables(operation.exercise, here.ownTables);
  const reader: Reader =
    order.reader === "desk" ? { kind: "desk" } : { kind: "country", country: order.reader };
  const stated = await inOneMoment(here.pool, (db) =>
    computeFigures(db, tables, operation, reader, order.asOf),
  );
  await stateFigures(here, operation, reader, stated);
}

function nameOfReader(reader: Reader): string {
  if (reader.kind === "desk") return "desk";
  return reader.kind === "country" ? reader.country : reader.source;
}

import { createHash } from "node:crypto";
import type pg from "pg";
import type { Operation, Reader } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { insertStatement } from "../queries.ts";
import type { StatedFigures } from "./computeFigures.ts";

/**
 * Keeps computed figures as stated. A figure that was stated before with another value or other objects is stated
 * anew and names the statement it corrects; the old one stays as it was (C-24). Saying the same again adds nothing.
 */
export function stateFigures(
  pool: pg.Pool,
  operation: Operation,
  reader: Reader,
  stated: StatedFigures,
): Promise<void> {
  return transaction(pool, async (db) => {
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
      });
    }
  });
}

function nameOfReader(reader: Reader): string {
  if (reader.kind === "desk") return "desk";
  return reader.kind === "country" ? reader.country : reader.source;
}

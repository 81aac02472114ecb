import type pg from "pg";
import {
  listDeliveryNames,
  listKeptIds,
  listMergeReasons,
  listThreatsById,
  type MergedThreat,
} from "../list-queries.ts";
import { typeOfNumber } from "../model/codes.ts";
import type { KnownThreat } from "../model/known-threat.ts";
import type { CallerScope } from "./openCallerScope.ts";
import { listKnown } from "./viewThreats.ts";

/** All that the reader may know of one threat but the countries responsible. */
export interface FoundThreat {
  readonly threat: KnownThreat;
  /** Id of the threat that it counts as, where it was merged into one that the reader may see. */
  readonly mergedInto: string | null;
  readonly merged: readonly MergedPart[];
  /** Names of the deliveries that the reader may see, by number. */
  readonly deliveries: ReadonlyMap<number, string>;
}

/** A threat that was merged into this one. Why and when is the desk's alone. */
interface MergedPart extends Pick<MergedThreat, "id" | "value"> {
  readonly type: KnownThreat["type"];
  readonly reason: string | null;
  readonly mergedAt: Date | null;
}

/** Null when there is none, or none that the reader may see. */
export async function findKnownThreat(
  db: pg.ClientBase,
  scope: CallerScope,
  id: string,
): Promise<FoundThreat | null> {
  const operation = scope.operation.id;
  const [row] = await listThreatsById(db, operation, [id]);
  if (row === undefined) return null;
  const known = (await listKnown(db, scope, [row])).get(row.id);
  if (known === undefined) return null;
  const { threat, parts } = known;
  const kept = (await listKeptIds(db, operation, [row.id]))[0]?.kept ?? row.id;
  const reasons = new Map((await listMergeReasons(db, row.id)).map((merge) => [merge.merged, merge]));
  const deliveries = await listDeliveryNames(db, [
    ...new Set(threat.assertions.map(({ delivery }) => delivery)),
  ]);
  return {
    threat,
    mergedInto: kept === row.id ? null : kept,
    merged: parts.map(({ id, type, value }) => ({
      id,
      type: typeOfNumber(type),
      value,
      reason: reasons.get(id)?.reason ?? null,
      mergedAt: reasons.get(id)?.mergedAt ?? null,
    })),
    deliveries: new Map(deliveries.map(({ id, publicId }) => [id, publicId])),
  };
}

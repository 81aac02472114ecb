import type pg from "pg";
import type { ThreatInList } from "../contract.ts";
import { type ListedThreat, listParts, listRowsOfThreats, type MergedThreat } from "../list-queries.ts";
import { roleOfNumber, THREAT_FLAGS, typeOfNumber } from "../model/codes.ts";
import type { KnownThreat } from "../model/known-threat.ts";
import { viewOf } from "../model/view.ts";
import type { CallerScope } from "./openCallerScope.ts";
import { statedAssertion } from "./streamThreats.ts";

/** A threat with all that the reader may see of it, and the threats that were merged into it. */
export interface KnownWithParts {
  readonly threat: KnownThreat;
  readonly parts: readonly MergedThreat[];
}

/** These threats, in their order, as they stand in a list: all of it but their own rows from visible assertions only. */
export async function viewThreats(
  db: pg.ClientBase,
  scope: CallerScope,
  listed: readonly ListedThreat[],
): Promise<ThreatInList[]> {
  const known = await listKnown(db, scope, listed);
  return listed.flatMap((row) => {
    const found = known.get(row.id);
    return found === undefined ? [] : [inList(row, found, scope)];
  });
}

/** What is known of each of these threats, by id. */
export async function listKnown(
  db: pg.ClientBase,
  scope: CallerScope,
  listed: readonly ListedThreat[],
): Promise<Map<string, KnownWithParts>> {
  const ids = listed.map(({ id }) => id);
  const parts = Map.groupBy(await listParts(db, scope.operation.id, ids), ({ kept }) => kept);
  const partIds = [...parts.values()].flatMap((each) => each.map(({ id }) => id));
  const rows = Map.groupBy(await listRowsOfThreats(db, [...ids, ...partIds]), ({ id }) => id);
  return new Map(
    listed.flatMap((row): [string, KnownWithParts][] => {
      const own = parts.get(row.id) ?? [];
      const assertions = [row.id, ...own.map(({ id }) => id)].flatMap((id) =>
        (rows.get(id) ?? []).flatMap((said) => statedAssertion(said, scope.audiences)),
      );
      if (assertions.length === 0) return [];
      const { id, value, host } = row;
      const threat = {
        id,
        type: typeOfNumber(row.type),
        role: roleOfNumber(row.role),
        value,
        host,
        assertions,
      };
      return [[id, { threat, parts: own }]];
    }),
  );
}

function inList(row: ListedThreat, { threat, parts }: KnownWithParts, { frame }: CallerScope): ThreatInList {
  const view = viewOf(threat, frame);
  return {
    id: view.id,
    type: view.type,
    role: view.role,
    value: view.value,
    host: view.host,
    country: row.country,
    government: (row.flags & THREAT_FLAGS.government) !== 0,
    sharedInfrastructure: (row.flags & THREAT_FLAGS.sharedInfrastructure) !== 0,
    liveness: view.liveness,
    firstSeen: instant(view.firstSeen),
    lastSeen: instant(view.lastSeen),
    families: [...view.families],
    sources: view.sources.length,
    origins: view.origins,
    merged: parts.length,
  };
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

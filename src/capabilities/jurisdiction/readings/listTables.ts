import { shippedAllocationSources } from "#reference/ip-allocations/shipped-tables.ts";
import {
  freshUntil,
  SHIPPED_ALLOCATIONS_SHELF_LIFE_DAYS,
  SHIPPED_TABLES,
  type TableAge,
} from "../model/table-age.ts";
import { loadOwnTables } from "./loadOwnTables.ts";
import type { OwnTables } from "./readOwnTables.ts";

/** A table that is asked, in the words of `muster tables`. */
export interface TableInUse extends TableAge {
  readonly what: "allocations" | "shields" | "government" | "reserved";
  readonly isOwn: boolean;
  /** The last day on which it is fresh, `YYYY-MM-DD`. */
  readonly freshUntil: string;
  readonly isPastShelfLife: boolean;
}

/**
 * Every table in use with its age. Reads an operator's own to the last row; the shipped ones are known.
 * @param today `YYYY-MM-DD`
 * @throws Problem `invalid` when an own table cannot be read
 */
export async function listTables(own: OwnTables | null, today: string): Promise<TableInUse[]> {
  const { registry, second } = shippedAllocationSources();
  const ownData = own === null ? null : await loadOwnTables(own);
  const shippedAllocations = [
    ...(ownData?.registry.replaceShipped === true ? [] : [registry]),
    ...(ownData?.second.replaceShipped === true ? [] : [second]),
  ].map(({ name, asOf }) => ({ name, asOf, shelfLifeDays: SHIPPED_ALLOCATIONS_SHELF_LIFE_DAYS }));
  const [government, shields, reserved] = SHIPPED_TABLES;
  const ages = (what: TableInUse["what"], isOwn: boolean, tables: readonly TableAge[]) =>
    tables.map((table) => inUse(what, isOwn, table, today));
  const inForce = new Set(
    [...(ownData?.registry.tables ?? []), ...(ownData?.second.tables ?? [])].map(({ name }) => name),
  );
  return [
    ...ages("allocations", false, shippedAllocations),
    ...ages("allocations", true, own?.allocations.filter(({ name }) => inForce.has(name)) ?? []),
    ...ages("shields", false, [shields]),
    ...ages("shields", true, own?.shields ?? []),
    ...ages("government", false, [government]),
    ...ages("government", true, [...(own?.governmentSuffixes ?? []), ...(own?.governmentHosts ?? [])]),
    ...ages("reserved", false, [reserved]),
  ];
}

function inUse(what: TableInUse["what"], isOwn: boolean, table: TableAge, today: string): TableInUse {
  const { name, asOf, shelfLifeDays } = table;
  const until = freshUntil(table);
  return { what, isOwn, name, asOf, shelfLifeDays, freshUntil: until, isPastShelfLife: until < today };
}

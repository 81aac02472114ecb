/** A table and how long its data may be trusted. */
export interface TableAge {
  readonly name: string;
  /** Date of the data, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly shelfLifeDays: number;
}

/**
 * The tables that are part of the source, as their SOURCE.md dates them; a test holds the two together. The address
 * allocations carry their date in their version. Where files of one folder differ, the shortest life is the folder's.
 */
export const SHIPPED_TABLES = [
  { name: "government-domains", asOf: "2026-11-01", shelfLifeDays: 365 },
  { name: "shared-infrastructure", asOf: "2026-08-01", shelfLifeDays: 182 },
  { name: "reserved-ranges", asOf: "2026-08-01", shelfLifeDays: 730 },
] as const satisfies readonly TableAge[];

/** About one address in a hundred changes country in a year. */
export const SHIPPED_ALLOCATIONS_SHELF_LIFE_DAYS = 92;

/** The last day on which the table is fresh, `YYYY-MM-DD`. It is used after it, too: an old answer with a date beats none. */
export function freshUntil({ asOf, shelfLifeDays }: TableAge): string {
  return new Date(Date.parse(asOf) + shelfLifeDays * 86_400_000).toISOString().slice(0, 10);
}

import type pg from "pg";
import type { Watched } from "#platform/http/events.ts";
import { listLatestPackages } from "../queries.ts";

/** The packages that the caller sees now: all for the desk, for a country those that were released to it. */
export async function watchPackages(db: pg.Pool, operation: number): Promise<Watched[]> {
  return (await listLatestPackages(db, operation)).map(
    ({ reference, version, country, subject, signature }) => ({
      event: "package",
      id: reference,
      data: { reference, version, country, subject, released: signature !== null },
    }),
  );
}

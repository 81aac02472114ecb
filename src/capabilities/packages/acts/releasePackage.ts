import type pg from "pg";
import type { Operation } from "#capabilities/operations/index.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  type CountryPackage,
  findPackageNamed,
  insertReleaseOrder,
  listLatestPackages,
  lockCountryPackages,
} from "../queries.ts";

export interface ReleaseRequest {
  readonly operation: number;
  readonly reference: string;
  readonly version: number;
  /** Of the draft that the officer reviewed. */
  readonly manifestSha256: string;
  /** Public id. */
  readonly officer: string;
}

/**
 * Orders the release of a draft. The signer, who reads the order for itself, signs it; then its country sees it. Two
 * who press together release once.
 * @throws Problem `not-found`, or `conflict` when the draft is another one than was reviewed
 */
export function releasePackage(pool: pg.Pool, request: ReleaseRequest): Promise<void> {
  return transaction(pool, async (db) => {
    const known = await findPackageNamed(db, request.operation, request.reference, request.version);
    if (known === null) throw notFound();
    await lockCountryPackages(db, request.operation, known.country);
    // Composed anew while this waited, it is another draft.
    const draft = await findPackageNamed(db, request.operation, request.reference, request.version);
    if (draft === null) throw notFound();
    if (draft.isRecalled)
      throw new Problem("conflict", {
        code: "packages.recalled",
        say: "This package tells of what was deleted since. Have it composed anew.",
      });
    if (draft.manifestSha256 !== request.manifestSha256)
      throw new Problem("conflict", {
        code: "packages.draft_changed",
        say: "This package was composed anew since it was reviewed. Look at it again, then release it.",
      });
    await orderRelease(db, draft, request.officer);
  });
}

/**
 * Orders the release of the latest version of every package of these countries that is not released: what composing
 * at the command line does at once.
 */
export async function orderReleases(
  pool: pg.Pool,
  operation: Operation,
  officer: string,
  countries: readonly string[],
): Promise<void> {
  await transaction(pool, async (db) => {
    for (const country of countries) await lockCountryPackages(db, operation.id, country);
    for (const draft of await listLatestPackages(db, operation.id))
      if (countries.includes(draft.country)) await orderRelease(db, draft, officer);
  });
}

async function orderRelease(db: pg.ClientBase, draft: CountryPackage, officer: string): Promise<void> {
  if (draft.isOrdered || draft.isRecalled || draft.signature !== null) return;
  await insertReleaseOrder(db, draft.id, officer);
  await addJob(db, "packages.signRelease", { package: draft.id });
}

function notFound(): Problem {
  return new Problem("not-found", { code: "packages.not_found", say: "There is no such package." });
}

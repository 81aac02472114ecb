import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import { findScope, type Scope } from "./member-queries.ts";
import { canHold, cannotHold, mayGive, type Standing } from "./model/lattice.ts";
import type { MemberRole } from "./model/roles.ts";
import { listMembershipsOf } from "./queries.ts";

export interface AskedRole {
  readonly operation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
}

/** @throws Problem `forbidden` when this officer may not give this role in this operation now */
export async function refuseGiver(db: pg.ClientBase, officer: number, asked: AskedRole): Promise<void> {
  if (mayGive(await listMembershipsOf(db, officer), asked.operation, asked.role)) return;
  throw new Problem("forbidden", {
    code: "people.role_not_yours_to_give",
    say: "Your role in this operation does not include giving this one.",
  });
}

/**
 * Whether the role can be held from this organisation, and whether its country takes part and its source is one.
 * @throws Problem `invalid`
 */
export async function refuseUnfitRole(
  db: pg.ClientBase,
  organisation: Standing,
  { operation, role, country, source }: AskedRole,
): Promise<Scope> {
  if (!canHold(organisation, role, country, source)) throw cannotHold();
  const scope = await findScope(db, operation);
  if (country !== null && !scope.countries.includes(country)) {
    throw new Problem("invalid", {
      code: "people.country_not_participating",
      say: `${country} is not among the countries of this operation.`,
    });
  }
  if (source !== null && !scope.partners.includes(source)) {
    throw new Problem("invalid", {
      code: "people.unknown_source",
      say: `"${source}" is not a partner's source of this operation.`,
    });
  }
  return scope;
}

import type pg from "pg";
import { findActor } from "../admin-queries.ts";
import { insertRole, lockMembers } from "../member-queries.ts";
import { refuseUnfitRole } from "../role-fit.ts";

/**
 * Makes somebody an analyst of an operation until an instant, in the caller's transaction: for access in an emergency,
 * which another room asked for, decided and recorded. Who cannot be an analyst otherwise cannot become one here.
 * @returns false when he is one already, or his account has ended
 * @throws Problem `invalid` when his organisation cannot hold the role
 */
export async function lendRole(
  gate: pg.ClientBase,
  lent: {
    readonly officer: number;
    readonly operation: number;
    readonly until: Date;
    readonly givenBy: number;
  },
): Promise<boolean> {
  await lockMembers(gate, lent.operation);
  const actor = await findActor(gate, lent.officer);
  if (actor === null) return false;
  const role = { operation: lent.operation, role: "analyst", country: null, source: null } as const;
  await refuseUnfitRole(gate, actor.organisation, role);
  return (await insertRole(gate, { ...role, ...lent, from: null })) !== null;
}

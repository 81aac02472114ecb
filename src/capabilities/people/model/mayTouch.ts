import type { Duty, MemberRole } from "./roles.ts";

/** All that an account may do: whoever gets into it may do it too. */
export interface Rights {
  readonly duties: readonly Duty[];
  readonly roles: readonly RoleHeld[];
}

export interface RoleHeld {
  readonly operation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
}

/**
 * Whether one officer may reset, end or otherwise take over the account of another: only when he holds each duty and
 * role of it, or one above it in the same operation. An administrator who could reset a coordinator's account would be a
 * coordinator an hour later.
 */
export function mayTouch(actor: Rights, account: Rights): boolean {
  return (
    account.duties.every((duty) => actor.duties.includes(duty)) &&
    account.roles.every((held) => actor.roles.some((own) => covers(own, held)))
  );
}

/**
 * What a role includes beside itself. Only the desk has an order: a coordinator may not act for a country, a partner or
 * the data-protection officer, so he does not get into their accounts either.
 */
const INCLUDES: Readonly<Partial<Record<MemberRole, readonly MemberRole[]>>> = {
  coordinator: ["lead", "analyst", "communications"],
  lead: ["analyst"],
};

function covers(own: RoleHeld, held: RoleHeld): boolean {
  if (own.operation !== held.operation) return false;
  if (own.role === held.role) return own.country === held.country && own.source === held.source;
  return INCLUDES[own.role]?.includes(held.role) ?? false;
}

import { Problem } from "#platform/problem.ts";
import type { RoleHeld } from "./mayTouch.ts";
import { type MemberRole, READS_AS } from "./roles.ts";

const ALL = Object.keys(READS_AS).filter(isRole);

/** Who may give what. Roles that are not named give nothing. */
const GIVES: Readonly<Partial<Record<MemberRole, readonly MemberRole[]>>> = { coordinator: ALL };

/**
 * Who may end what: never more than he may give. A coordinator appoints the data-protection officer and cannot dismiss
 * him: whoever checks must not depend on whom he checks.
 */
const ENDS: Readonly<Partial<Record<MemberRole, readonly MemberRole[]>>> = {
  coordinator: ALL.filter((role) => role !== "data-protection"),
};

/** Whether somebody with these roles may give this one in this operation. Roles in other operations count for nothing. */
export function mayGive(roles: readonly RoleHeld[], operation: number, role: MemberRole): boolean {
  return allows(GIVES, roles, operation, role);
}

export function mayEnd(roles: readonly RoleHeld[], operation: number, role: MemberRole): boolean {
  return allows(ENDS, roles, operation, role);
}

function allows(
  table: typeof GIVES,
  roles: readonly RoleHeld[],
  operation: number,
  role: MemberRole,
): boolean {
  return roles.some((held) => held.operation === operation && (table[held.role]?.includes(role) ?? false));
}

/** What decides whether an organisation's officers can have a role. */
export interface Standing {
  readonly kind: string;
  readonly country: string | null;
}

/**
 * Whether a role can be held from this organisation at all, whoever gives it: a company never reads as the desk or for a
 * country, a country's role stays with organisations of that country, and a source's with a company.
 */
export function canHold(
  organisation: Standing,
  role: MemberRole,
  country: string | null,
  source: string | null,
): boolean {
  const as = READS_AS[role];
  if ((as === "country") !== (country !== null) || (as === "source") !== (source !== null)) return false;
  if (as === "source") return organisation.kind === "partner";
  if (as === "country") return organisation.kind !== "partner" && organisation.country === country;
  return organisation.kind !== "partner";
}

/** What `canHold` refuses, to whoever chose the organisation. */
export function cannotHold(): Problem {
  return new Problem("invalid", {
    code: "people.role_not_for_organisation",
    say: "This organisation cannot hold that role. A country's role names its country and goes to an organisation of that country, a partner's names its source and goes to a company, all others go to authorities.",
  });
}

function isRole(text: string): text is MemberRole {
  return text in READS_AS;
}

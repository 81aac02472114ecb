import { type MemberRole, READS_AS } from "./roles.ts";

interface Held {
  readonly role: MemberRole;
  readonly country: string | null;
}

/** A country's profile is read by every desk, and by whoever works for that country in any operation. */
export function mayReadProfile(held: readonly Held[], country: string): boolean {
  return held.some((each) => READS_AS[each.role] === "desk" || each.country === country);
}

/** It is said by the country's national officers alone. */
export function mayChangeProfile(held: readonly Held[], country: string): boolean {
  return held.some((each) => each.role === "national-officer" && each.country === country);
}

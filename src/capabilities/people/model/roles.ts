import type { MEMBER_ROLES } from "../contract.ts";

/** What an officer may be in one operation (domain.md, section 4). */
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** What an officer may be for the whole house. Neither reads what was contributed. */
export type Duty = "administrator" | "auditor";

/**
 * As whom a role reads contributed content: the desk reads all of its operation, a country what may reach it, a partner
 * what he handed in himself. Communications officers read released figures only, therefore no content.
 */
export const READS_AS: Readonly<Record<MemberRole, "desk" | "country" | "source" | "nobody">> = {
  coordinator: "desk",
  lead: "desk",
  analyst: "desk",
  "data-protection": "desk",
  "national-officer": "country",
  field: "country",
  csirt: "country",
  prosecutor: "country",
  fiu: "country",
  partner: "source",
  communications: "nobody",
};

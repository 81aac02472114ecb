/** What capabilities to the right and the programs may call. All of it runs as `muster_gate`. */
export { enrolLocalOfficer } from "./acts/enrolLocalOfficer.ts";
export { type MemberRole, READS_AS } from "./model/roles.ts";
export {
  ensureMembership,
  listMembershipsOf,
  type Membership,
  type Officer,
} from "./queries.ts";

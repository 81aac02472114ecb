/** What capabilities to the right and the programs may call. The queries run as `muster_gate`. */
export { enrolLocalOfficer } from "./acts/enrolLocalOfficer.ts";
export type { Desk } from "./acts/giveRole.ts";
export { invite } from "./acts/invite.ts";
export { type IssuedEnrolment, issueEnrolment, issueFirstEnrolment } from "./acts/issueEnrolment.ts";
export { addOfficer, endOfficer, giveDuty, listOfficers } from "./acts/keepOfficers.ts";
export { lendRole } from "./acts/lendRole.ts";
export { openSession, sessionOf } from "./acts/openSession.ts";
export type { OfficerAccount } from "./admin-queries.ts";
export { type Caller, officerOf, operationOf } from "./caller.ts";
export { enrolmentLink, type FrontDoor, sessionCookieName } from "./front-door.ts";
export { type MemberRole, READS_AS } from "./model/roles.ts";
export {
  ensureMembership,
  listMembershipsOf,
  type Membership,
  type Officer,
  type Session,
} from "./queries.ts";
export { routes as peopleRoutes } from "./routes.ts";
export { findAccount } from "./sign-in-queries.ts";

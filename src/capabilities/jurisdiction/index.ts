export {
  assignPublic,
  emptyAssignment,
  FRONT,
  type Front,
  frontName,
  PUBLIC_FLAGS,
  type PublicAssignment,
} from "./model/assign-public.ts";
export {
  BASES,
  type Basis,
  basisOfCode,
  type CountryRole,
  type Evidence,
  evidenceOf,
  reasonOfCode,
  type UnassignedReason,
} from "./model/evidence.ts";
export { type Explanation, explain } from "./model/explain.ts";
export { gatherPublicEvidence, type PublicEvidence, type PublicReference } from "./model/public-evidence.ts";
export {
  type Circumstances,
  type CountryDecision,
  decideCountries,
  type ReviewReason,
  type RoleDecision,
} from "./model/weigh.ts";

import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

const DESK = ["coordinator", "lead", "analyst"] as const;
/** Members who may see threats. Of decisions they see those that name their country. */
const READERS = [
  ...DESK,
  "data-protection",
  "national-officer",
  "field",
  "csirt",
  "prosecutor",
  "fiu",
  "partner",
] as const;

const countryRole = z
  .enum(["hosting", "owner", "victim", "suspect", "money"])
  .meta({ description: "what the country is to the threat; each is decided apart" });
/** A hash in the form of a UUID, of no version. */
const ofThreat = z.strictObject({ operation: z.string(), threat: z.guid() });

const CountryDecision = z
  .object({
    id: z.uuid(),
    country: z.string(),
    countryRole,
    decidedAt: z.iso.datetime(),
    withdrawnAt: z.iso.datetime().nullable(),
    reason: z.string().nullable().meta({ description: "for the desk; a country sees that the desk decided" }),
    decidedBy: z.string().nullable().meta({ description: "for the desk" }),
    withdrawnBy: z.string().nullable().meta({ description: "for the desk" }),
  })
  .meta({ id: "CountryDecision" });

const CountryDecisionInForce = z
  .object({ decision: CountryDecision.nullable() })
  .meta({ id: "CountryDecisionInForce" });

export const listDecisions = {
  id: "jurisdiction.listDecisions",
  method: "GET",
  path: "/operations/:operation/threats/:threat/decisions",
  summary: "What the desk decided about a threat's countries, withdrawn decisions too, oldest first",
  access: { for: "member", roles: READERS },
  params: ofThreat,
  response: z.object({ decisions: z.array(CountryDecision) }),
} as const satisfies RouteContract;

export const findDecision = {
  id: "jurisdiction.findDecision",
  method: "GET",
  path: "/operations/:operation/threats/:threat/decisions/:role",
  summary: "The decision in force about one role of a country, or none",
  access: { for: "member", roles: READERS },
  params: ofThreat.extend({ role: countryRole }),
  response: CountryDecisionInForce,
} as const satisfies RouteContract;

export const decideCountry = {
  id: "jurisdiction.decideCountry",
  method: "PUT",
  path: "/operations/:operation/threats/:threat/decisions/:role",
  summary: "Decide which country it is; stands above public evidence, in place of the decision that was read",
  access: { for: "member", roles: DESK },
  params: ofThreat.extend({ role: countryRole }),
  body: z.strictObject({
    country: z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"'),
    reason: z.string().trim().min(1).max(2000),
  }),
  response: CountryDecisionInForce,
  versioned: true,
} as const satisfies RouteContract;

export const withdrawDecision = {
  id: "jurisdiction.withdrawDecision",
  method: "DELETE",
  path: "/operations/:operation/threats/:threat/decisions/:role",
  summary: "Withdraw the decision that was read; what the evidence says holds again",
  access: { for: "member", roles: DESK },
  params: ofThreat.extend({ role: countryRole }),
  response: CountryDecisionInForce,
  versioned: true,
} as const satisfies RouteContract;

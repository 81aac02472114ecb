import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";

/** Members who ask a source for clearance. */
const ASKERS = ["coordinator", "lead", "analyst"] as const;
/** Members who answer for the source they belong to; for another's there is nothing to answer. */
const ORIGINATORS = ["partner", "national-officer", "csirt"] as const;

const clearanceParams = z.strictObject({ operation: z.string(), clearance: z.uuid() });
const clearedCountries = z
  .array(z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"'))
  .min(1)
  .max(250);
/** A hash in the form of a UUID, of no version. */
const threatId = z.guid();
const threatIds = z.array(threatId).min(1).max(1000);
const sentence = z.string().trim().min(1).max(2000);

const ClearanceScope = z
  .union([
    z.strictObject({ delivery: z.uuid().meta({ description: "all that this delivery said" }) }),
    z.strictObject({
      source: z.string().max(64).meta({ description: "code of the source" }),
      threats: threatIds.meta({ description: "what the source said of these threats until now" }),
    }),
  ])
  .meta({ id: "ClearanceScope" });

const ClearanceInList = z
  .object({
    id: z.uuid(),
    state: z
      .enum(["asked", "granted", "expired", "refused", "no-answer", "withdrawn"])
      .meta({ description: "no-answer counts as refused" }),
    source: z.string(),
    delivery: z.object({ id: z.uuid(), file: z.string() }).nullable(),
    countries: z.array(z.string()),
    reason: z.string(),
    askedAt: z.iso.datetime(),
    answerBy: z.iso.datetime(),
    answer: z.string().nullable(),
    answeredAt: z.iso.datetime().nullable(),
    granted: z
      .object({
        countries: z.array(z.string()),
        threats: z.array(threatId).nullable(),
        until: z.iso.datetime(),
      })
      .nullable(),
    effectiveSince: z.iso
      .datetime()
      .nullable()
      .meta({ description: "since when every row of the scope has its further readers" }),
    withdrawnAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "ClearanceInList" });

const Clearance = ClearanceInList.extend({
  threats: z
    .array(
      z.object({
        id: threatId,
        type: z.enum(OBSERVABLE_TYPES),
        role: z.enum(THREAT_ROLE_NAMES),
        value: z.string(),
      }),
    )
    .nullable()
    .meta({ description: "what is asked for, when it is not a delivery" }),
}).meta({ id: "Clearance" });

export const askClearance = {
  id: "feeds.askClearance",
  method: "POST",
  path: "/operations/:operation/clearances",
  summary: "Ask a source to let countries read what it handed in under a closer marking",
  access: { for: "member", roles: ASKERS },
  params: z.strictObject({ operation: z.string() }),
  body: z.strictObject({
    scope: ClearanceScope,
    countries: clearedCountries,
    reason: sentence,
    answerBy: z.iso.datetime(),
  }),
  response: Clearance,
  created: true,
} as const satisfies RouteContract;

export const listClearances = {
  id: "feeds.listClearances",
  method: "GET",
  path: "/operations/:operation/clearances",
  summary: "Requests for clearance of this operation, newest first: the desk's all of them, a source's own",
  access: { for: "member", roles: [...ASKERS, "data-protection", ...ORIGINATORS] },
  params: z.strictObject({ operation: z.string() }),
  query: z.strictObject({
    after: z.uuid().optional().meta({ description: "id of the last one of the page before" }),
    size: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ clearances: z.array(ClearanceInList), next: z.uuid().nullable() }),
} as const satisfies RouteContract;

export const findClearance = {
  id: "feeds.findClearance",
  method: "GET",
  path: "/operations/:operation/clearances/:clearance",
  summary: "One request for clearance, with what it asks for",
  access: { for: "member", roles: [...ASKERS, "data-protection", ...ORIGINATORS] },
  params: clearanceParams,
  response: Clearance,
} as const satisfies RouteContract;

export const answerClearance = {
  id: "feeds.answerClearance",
  method: "POST",
  path: "/operations/:operation/clearances/:clearance/answer",
  summary: "The originator's answer: a grant within what was asked and until an instant, or a refusal",
  access: { for: "member", roles: ORIGINATORS, stepUp: true },
  params: clearanceParams,
  body: z.discriminatedUnion("answer", [
    z.strictObject({
      answer: z.literal("grant"),
      countries: clearedCountries,
      threats: threatIds.optional().meta({ description: "without it, all that was asked for" }),
      until: z.iso.datetime(),
      note: sentence.optional(),
    }),
    z.strictObject({ answer: z.literal("refuse"), note: sentence.optional() }),
  ]),
  response: Clearance,
} as const satisfies RouteContract;

export const withdrawClearance = {
  id: "feeds.withdrawClearance",
  method: "POST",
  path: "/operations/:operation/clearances/:clearance/withdraw",
  summary: "The originator takes his grant back, from now on",
  access: { for: "member", roles: ORIGINATORS },
  params: clearanceParams,
  response: Clearance,
} as const satisfies RouteContract;

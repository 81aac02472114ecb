import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import { PERSON_CATEGORIES, STANDINGS } from "./model/personal.ts";
import { REQUEST_STATES } from "./model/subject-request.ts";

const PROTECTION = { for: "member", roles: ["data-protection"] } as const;
const ANALYSTS = { for: "member", roles: ["coordinator", "analyst", "data-protection"] } as const;
const inOperation = z.strictObject({ operation: z.string() });
const day = z.iso.date("a date is written 2026-09-01");
const sentence = z.string().trim().min(5).max(4000);

/** SD-7: none of the four may be missing. */
const Description = z.strictObject({
  category: z.enum(PERSON_CATEGORIES),
  standing: z.enum(STANDINGS),
  purpose: z.string().trim().min(3).max(1000),
  reviewOn: day,
});

const PersonalThreat = z
  .object({
    id: z.guid(),
    type: z.enum(OBSERVABLE_TYPES),
    role: z.enum(THREAT_ROLE_NAMES),
    value: z.string(),
    ...Description.shape,
    explicit: z.boolean().meta({ description: "an analyst said so; else it follows from role and delivery" }),
  })
  .meta({ id: "PersonalThreat" });

export const listPersonalReviews = {
  id: "threats.listPersonalReviews",
  method: "GET",
  path: "/operations/:operation/personal-reviews",
  summary: "Personal values whose review is due, the oldest first",
  access: ANALYSTS,
  params: inOperation,
  query: z.strictObject({
    dueBy: day.optional(),
    size: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({ threats: z.array(PersonalThreat) }),
} as const satisfies RouteContract;

export const describePersonalThreat = {
  id: "threats.describePersonalThreat",
  method: "PUT",
  path: "/operations/:operation/personal-reviews/:threat",
  summary:
    "Say of a personal value whom it leads to, fact or assessment, for what, and when it is looked at again",
  access: ANALYSTS,
  params: z.strictObject({ operation: z.string(), threat: z.guid() }),
  body: Description,
  response: Description,
} as const satisfies RouteContract;

const Holding = z
  .object({
    source: z.string().meta({ description: "code of the source" }),
    disclose: z.enum(["yes", "no", "pending"]),
    grounds: z.string().nullable(),
    statements: z.array(
      z.object({
        type: z.enum(OBSERVABLE_TYPES),
        role: z.enum(THREAT_ROLE_NAMES),
        value: z.string(),
        purpose: z.string(),
        receivedAt: z.iso.datetime(),
        target: z.string().nullable(),
        reference: z.string().nullable(),
      }),
    ),
    refusedRows: z.int(),
  })
  .meta({ id: "SubjectHolding" });

const RequestInList = z
  .object({
    id: z.uuid(),
    kind: z.enum(["access", "correction", "erasure"]),
    state: z.enum(REQUEST_STATES),
    subject: z.string(),
    receivedOn: day,
    dueOn: day,
    consultationDueOn: day.nullable(),
    outcome: z.enum(["granted", "granted-in-part", "refused", "nothing-held"]).nullable(),
    grounds: z.string().nullable(),
  })
  .meta({ id: "SubjectRequestInList" });
const SubjectRequest = RequestInList.extend({
  holdings: z.array(Holding),
  answer: z
    .array(Holding)
    .nullable()
    .meta({ description: "what may be told to the person, once it is decided" }),
}).meta({ id: "SubjectRequest" });

export const registerSubjectRequest = {
  id: "threats.registerSubjectRequest",
  method: "POST",
  path: "/operations/:operation/subject-requests",
  summary: "Register a person's request about his own data, with what he is known by",
  access: PROTECTION,
  params: inOperation,
  body: z.strictObject({
    kind: z.enum(["access", "correction", "erasure"]),
    subject: z.string().trim().min(1).max(300),
    identifiers: z
      .array(z.strictObject({ type: z.enum(OBSERVABLE_TYPES), value: z.string().min(1).max(2000) }))
      .max(50),
    words: z.array(z.string().trim().min(4).max(200)).max(20).default([]),
    receivedOn: day,
    dueOn: day,
  }),
  response: SubjectRequest,
  created: true,
} as const satisfies RouteContract;

export const listSubjectRequests = {
  id: "threats.listSubjectRequests",
  method: "GET",
  path: "/operations/:operation/subject-requests",
  summary: "Requests of persons about their own data, by the day they are due",
  access: PROTECTION,
  params: inOperation,
  response: z.object({ requests: z.array(RequestInList) }),
} as const satisfies RouteContract;

const oneRequest = z.strictObject({ operation: z.string(), request: z.uuid() });

export const findSubjectRequest = {
  id: "threats.findSubjectRequest",
  method: "GET",
  path: "/operations/:operation/subject-requests/:request",
  summary: "One request with everything the house holds on the person, by source",
  access: PROTECTION,
  params: oneRequest,
  response: SubjectRequest,
} as const satisfies RouteContract;

export const advanceSubjectRequest = {
  id: "threats.advanceSubjectRequest",
  method: "POST",
  path: "/operations/:operation/subject-requests/:request/step",
  summary: "Search, consult the sources, note a source's answer, decide with grounds, answer, or withdraw",
  access: { ...PROTECTION, stepUp: true },
  params: oneRequest,
  body: z.discriminatedUnion("step", [
    z.strictObject({ step: z.literal("search") }),
    z.strictObject({ step: z.literal("consult"), answerBy: day }),
    z.strictObject({
      step: z.literal("source-answer"),
      source: z.string().max(64),
      answer: z.enum(["no-objection", "objects"]),
      grounds: sentence.optional().meta({ description: "an objection needs them" }),
    }),
    z.strictObject({
      step: z.literal("decide"),
      outcome: z.enum(["granted", "granted-in-part", "refused", "nothing-held"]),
      grounds: sentence,
    }),
    z.strictObject({ step: z.literal("answer") }),
    z.strictObject({ step: z.literal("withdraw") }),
  ]),
  response: SubjectRequest,
} as const satisfies RouteContract;

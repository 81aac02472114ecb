import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

const PROTECTION = ["data-protection"] as const;
const DESK = ["coordinator", "lead", "analyst"] as const;
/** Members who speak for a source; for another's deliveries there is nothing to take back. */
const OWNERS = ["partner", "national-officer", "csirt"] as const;

const inOperation = z.strictObject({ operation: z.string() });
const day = z.iso.date("a date is written 2026-09-01");
/** It stands in the certificate, so it must name nobody. */
const reason = z.string().trim().min(5).max(500);

const Retained = z
  .object({
    delivery: z.uuid(),
    source: z.string().meta({ description: "code of the source" }),
    file: z.string(),
    sha256: z.string(),
    purpose: z.string(),
    holdsVictims: z.boolean(),
    receivedAt: z.iso.datetime(),
    days: z.int().meta({ description: "how long it may be kept from its last receipt" }),
    deleteBy: day,
    dueOn: day.meta({ description: "the later of that and what it was postponed to" }),
    postponedTo: day.nullable(),
    due: z.boolean(),
    postponeUntilAtMost: day,
  })
  .meta({ id: "RetainedDelivery" });

export const listRetention = {
  id: "feeds.listRetention",
  method: "GET",
  path: "/operations/:operation/retention",
  summary: "Every delivery with the day by which it is deleted, those that are due first",
  access: { for: "member", roles: PROTECTION },
  params: inOperation,
  query: z.strictObject({ due: z.enum(["yes", "all"]).default("all") }),
  response: z.object({ deliveries: z.array(Retained) }),
} as const satisfies RouteContract;

export const postponeDeletion = {
  id: "feeds.postponeDeletion",
  method: "POST",
  path: "/operations/:operation/retention/:delivery/postponement",
  summary: "Put a deletion off, for a reason and within bounds",
  access: { for: "member", roles: PROTECTION, stepUp: true },
  params: z.strictObject({ operation: z.string(), delivery: z.uuid() }),
  body: z.strictObject({ until: day, reason: z.string().trim().min(5).max(2000) }),
  response: Retained,
} as const satisfies RouteContract;

const Deletion = z
  .object({
    id: z.uuid(),
    delivery: z.uuid(),
    source: z.string(),
    sha256: z.string(),
    ground: z.enum(["retention", "owner", "protection"]),
    reason: z.string(),
    state: z.enum(["asked", "declined", "approved", "running", "deleted", "certified"]),
    askedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    declineReason: z.string().nullable(),
    deleted: z.record(z.string(), z.int()),
    deletedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Deletion" });

export const askForDeletion = {
  id: "feeds.askForDeletion",
  method: "POST",
  path: "/operations/:operation/deletions",
  summary:
    "Delete a delivery: a source's own officers and the data-protection officer at once, the desk once that officer agrees",
  access: { for: "member", roles: [...PROTECTION, ...OWNERS, ...DESK], stepUp: true },
  params: inOperation,
  body: z.strictObject({
    delivery: z.uuid(),
    reason,
    forgetMapping: z.boolean().default(false).meta({ description: "the remembered column mapping too" }),
  }),
  response: Deletion,
  created: true,
} as const satisfies RouteContract;

export const listDeletions = {
  id: "feeds.listDeletions",
  method: "GET",
  path: "/operations/:operation/deletions",
  summary: "Deletions of this operation, newest first: a source sees those of its own deliveries",
  access: { for: "member", roles: [...PROTECTION, ...OWNERS, ...DESK] },
  params: inOperation,
  response: z.object({ deletions: z.array(Deletion) }),
} as const satisfies RouteContract;

const oneDeletion = z.strictObject({ operation: z.string(), deletion: z.uuid() });

export const decideDeletion = {
  id: "feeds.decideDeletion",
  method: "POST",
  path: "/operations/:operation/deletions/:deletion/decision",
  summary: "Approve or decline a deletion that the desk asked for",
  access: { for: "member", roles: PROTECTION, stepUp: true },
  params: oneDeletion,
  body: z.discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("approve") }),
    z.strictObject({ decision: z.literal("decline"), reason }),
  ]),
  response: Deletion,
} as const satisfies RouteContract;

export const findDeletionCertificate = {
  id: "feeds.findDeletionCertificate",
  method: "GET",
  path: "/operations/:operation/deletions/:deletion/certificate",
  summary: "The signed certificate; saved as it is, `muster verify` checks it",
  access: { for: "member", roles: [...PROTECTION, ...OWNERS, ...DESK] },
  params: oneDeletion,
  response: z.object({ certificate: z.string(), signature: z.string(), keyFingerprint: z.string() }),
} as const satisfies RouteContract;

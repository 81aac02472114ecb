import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

const instant = z.iso.datetime({ offset: true, message: "an instant is written 2026-11-15T00:00:00Z" });

const Filter = {
  officer: z.uuid().optional(),
  act: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "id of a route, or cli.<command>, e.g. packages.releasePackage" }),
  /** From this instant on. */
  from: instant.optional(),
  /** Before this instant. */
  to: instant.optional(),
  before: z.uuid().optional().meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

const Entry = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  officer: z.uuid().nullable(),
  session: z.uuid().nullable(),
  operation: z.string().nullable(),
  act: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }).nullable(),
  purpose: z.string().nullable(),
  outcome: z.enum(["begun", "done", "refused", "failed"]),
  code: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** Duties are not operations: an auditor reads the log of the whole house and nothing that the log is about. */
const auditor = { for: "duty", duties: ["auditor"] } as const;

export const listEntries = {
  id: "audit.listEntries",
  method: "GET",
  path: "/audit/entries",
  summary: "The audit log, newest first",
  access: auditor,
  query: z.strictObject({ ...Filter, operation: z.string().max(64).optional() }),
  response: z.object({
    entries: z.array(Entry.extend({ number: z.int(), hash: z.string() })),
    next: z.uuid().nullable(),
  }),
} as const satisfies RouteContract;

/** Without numbers and hashes: they would count what is done elsewhere. */
export const listEntriesOfOperation = {
  id: "audit.listEntriesOfOperation",
  method: "GET",
  path: "/operations/:operation/audit/entries",
  summary: "What was done and read in the operation, newest first",
  access: { for: "member", roles: ["data-protection"] },
  params: z.strictObject({ operation: z.string() }),
  query: z.strictObject(Filter),
  response: z.object({ entries: z.array(Entry), next: z.uuid().nullable() }),
} as const satisfies RouteContract;

export const exportLog = {
  id: "audit.exportLog",
  method: "GET",
  path: "/audit/export",
  summary:
    "The audit log up to its last signed checkpoint, as JSON lines that `muster verify` checks offline",
  access: { ...auditor, stepUp: true },
  audit: "act",
  response: "bytes",
} as const satisfies RouteContract;

export const proveEntry = {
  id: "audit.proveEntry",
  method: "GET",
  path: "/audit/entries/:number/proof",
  summary: "One entry and the proof that it stands in the signed log, which `muster verify` checks offline",
  access: auditor,
  params: z.strictObject({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
  response: "bytes",
} as const satisfies RouteContract;

export const requestCheckpoint = {
  id: "audit.requestCheckpoint",
  method: "POST",
  path: "/audit/checkpoints",
  summary: "Asks the signer to sign the log as it stands",
  access: auditor,
  response: z.object({ asked: z.literal(true) }),
} as const satisfies RouteContract;

const Reason = z.string().trim().min(10).max(2000);

export const BreakGlassRequest = z.strictObject({
  operation: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  reason: Reason,
  hours: z.int().min(1).max(4),
});
export type BreakGlassRequest = z.infer<typeof BreakGlassRequest>;

const Asked = z.object({
  id: z.uuid(),
  reason: z.string(),
  hours: z.int(),
  askedAt: z.iso.datetime(),
  /** Until when he is an analyst of the operation; null while nobody has confirmed. */
  until: z.iso.datetime().nullable(),
});

export const breakGlass = {
  id: "audit.breakGlass",
  method: "POST",
  path: "/break-glass",
  summary:
    "Asks for access in an emergency to an operation that you are no member of; a coordinator of it confirms",
  access: { for: "officer", stepUp: true },
  body: BreakGlassRequest,
  created: true,
  response: z.object({ id: z.uuid() }),
} as const satisfies RouteContract;

export const listMyBreakGlass = {
  id: "audit.listMyBreakGlass",
  method: "GET",
  path: "/break-glass",
  summary: "Where you asked for access in an emergency, and what came of it",
  access: { for: "officer" },
  response: z.object({ requests: z.array(Asked.extend({ operation: z.string() })) }),
} as const satisfies RouteContract;

export const listBreakGlass = {
  id: "audit.listBreakGlass",
  method: "GET",
  path: "/operations/:operation/break-glass",
  summary: "Who asked for access in an emergency, who confirmed it, and what the review found",
  access: { for: "member", roles: ["coordinator", "data-protection"] },
  params: z.strictObject({ operation: z.string() }),
  response: z.object({
    requests: z.array(
      Asked.extend({
        officer: z.object({ id: z.uuid(), name: z.string(), organisation: z.string() }),
        confirmedBy: z.uuid().nullable(),
        review: z
          .object({
            openedAt: z.iso.datetime(),
            closedAt: z.iso.datetime().nullable(),
            finding: z.string().nullable(),
          })
          .nullable(),
      }),
    ),
  }),
} as const satisfies RouteContract;

const request = z.strictObject({ operation: z.string(), request: z.uuid() });

export const confirmBreakGlass = {
  id: "audit.confirmBreakGlass",
  method: "POST",
  path: "/operations/:operation/break-glass/:request/confirm",
  summary: "Lets the officer in who asked for access in an emergency; the data-protection officer reviews it",
  access: { for: "member", roles: ["coordinator"], stepUp: true },
  params: request,
  response: z.object({ until: z.iso.datetime() }),
} as const satisfies RouteContract;

export const closeReview = {
  id: "audit.closeReview",
  method: "POST",
  path: "/operations/:operation/break-glass/:request/review",
  summary: "Closes the review of an access in an emergency with a finding",
  access: { for: "member", roles: ["data-protection"] },
  params: request,
  body: z.strictObject({ finding: Reason }),
  response: z.object({ closed: z.literal(true) }),
} as const satisfies RouteContract;

import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";

/** Members who read what was contributed. Communications officers read released figures only. */
export const CONTENT_ROLES = [
  "coordinator",
  "lead",
  "analyst",
  "national-officer",
  "field",
  "partner",
  "csirt",
  "prosecutor",
  "fiu",
  "data-protection",
] as const;

const access = { for: "member", roles: CONTENT_ROLES } as const;
const operation = z.string().meta({ description: "code of the operation" });
const type = z.enum(OBSERVABLE_TYPES);
const role = z.enum(THREAT_ROLE_NAMES);
const instant = z.iso.datetime().nullable();
const flag = z.enum(["true", "false"]).transform((word) => word === "true");

/** By the public tables. */
const country = z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"');
const countryOrNone = z.union([
  country,
  z.literal("none").meta({ description: "threats of which the public tables know no country" }),
]);

/** A threat as it stands in a list. Everything but id, type, role, value and host comes from what the reader may see. */
const ThreatInList = z
  .object({
    id: z.guid(),
    type,
    role,
    value: z.string(),
    host: z.string().nullable(),
    country: z
      .string()
      .nullable()
      .meta({ description: "by the public tables; its reasons, and what sources say, stand in the detail" }),
    government: z.boolean().meta({ description: "the name belongs to a public body" }),
    sharedInfrastructure: z.boolean(),
    liveness: z.enum(["active", "stale", "inactive", "unknown"]),
    firstSeen: instant,
    lastSeen: instant,
    families: z.array(z.string()),
    sources: z.int(),
    origins: z.int().meta({ description: "independent ones: three resellers of one list are one witness" }),
    merged: z.int().meta({ description: "threats that were declared to be this one and count with it" }),
  })
  .meta({ id: "ThreatInList" });
export type ThreatInList = z.infer<typeof ThreatInList>;

const countedBy = { role: role.optional(), type: type.optional(), country: countryOrNone.optional() };

const ThreatFilter = z.strictObject({
  ...countedBy,
  government: flag.optional(),
  sharedInfrastructure: flag.optional(),
  family: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "as written by the source, in any case" }),
});
export type ThreatFilter = z.infer<typeof ThreatFilter>;

export const listThreats = {
  id: "threats.listThreats",
  method: "GET",
  path: "/operations/:operation/threats",
  summary: "Threats that you may see, in the order of their ids, page by page",
  access,
  params: z.strictObject({ operation }),
  query: ThreatFilter.extend({
    size: z.coerce.number().int().min(1).max(200).default(50),
    after: z.string().max(200).optional().meta({ description: "`next` of the page before" }),
  }),
  response: z.object({
    threats: z.array(ThreatInList),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  }),
} as const satisfies RouteContract;

export const countThreats = {
  id: "threats.countThreats",
  method: "GET",
  path: "/operations/:operation/threats/counts",
  summary: "How many threats you may see, by role, type and country",
  access,
  params: z.strictObject({ operation }),
  query: z.strictObject(countedBy),
  response: z.object({
    threats: z.int(),
    byRole: z.array(z.object({ role, threats: z.int() })),
    byType: z.array(z.object({ type, threats: z.int() })),
    byCountry: z.array(z.object({ country: z.string().nullable(), threats: z.int() })),
  }),
} as const satisfies RouteContract;

export const searchThreats = {
  id: "threats.searchThreats",
  method: "GET",
  path: "/operations/:operation/search",
  summary: "Threats whose value, host or reference holds this, defanged or not",
  access,
  params: z.strictObject({ operation }),
  query: z.strictObject({ q: z.string().min(3).max(4096) }),
  purpose: true,
  response: z.object({
    threats: z.array(
      ThreatInList.extend({
        found: z.array(z.enum(["value", "reference"])).meta({ description: "where it was found" }),
      }),
    ),
    more: z.boolean().meta({ description: "there are more than are shown; ask for something narrower" }),
  }),
} as const satisfies RouteContract;

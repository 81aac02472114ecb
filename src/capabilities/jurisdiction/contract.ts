import { z } from "zod";
import { CONTENT_ROLES } from "#capabilities/threats/contract.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, "a table's name has lower-case letters, digits, dots and hyphens");
const path = z.string().min(1);

/** What is stated of every table, so that each answer can show how old it is. */
const age = {
  /** Date of the data, not of the day it was fetched. */
  asOf: z.iso.date("a date is written 2026-11-01"),
  /** Days after which the data should be fetched anew. */
  shelfLifeDays: z.int().min(1).max(3660),
};

/** A list that takes names out of another table is always a CSV, whose rows are of many kinds. */
const WARNING_LIST_KINDS = [
  "resolver",
  "sinkhole",
  "popular-site",
  "ip-lookup",
  "cdn",
  "shortener",
  "hosting",
  "dynamic-dns",
  "listed",
] as const;

/**
 * The file MUSTER_TABLES names: tables of outside registries that an operator keeps himself, beside the shipped ones
 * or instead of them. Of several, the one listed later is asked first. Paths are relative to the file. Unknown keys
 * are refused. How to: docs/howto/bring-your-own-tables.md.
 */
export const OwnTablesFile = z.strictObject({
  /** Address allocations: CSV or MaxMind DB; several files are one table (IPv4 and IPv6). */
  allocations: z
    .array(
      z.strictObject({
        name,
        files: z.array(path).min(1),
        ...age,
        /** `registry` decides; `second` corroborates or disagrees, and decides where the registry is silent. */
        speaksAs: z.enum(["registry", "second"]),
        /** Instead of the shipped table and of those listed before, not beside them. */
        replaces: z.boolean().default(false),
      }),
    )
    .default([]),
  /** Shared infrastructure: `kind,value,name` in CSV, or a MISP warning list. */
  shields: z
    .array(
      z.strictObject({
        name,
        file: path,
        ...age,
        /** What a warning list stands for; a CSV says it in each row. */
        kind: z.enum(WARNING_LIST_KINDS).optional(),
        /** Instead of the rows of the same kinds, shipped or listed before. */
        replaces: z.boolean().default(false),
      }),
    )
    .default([]),
  /** Names below which hosts are a public body's: `country,suffix,level,kind`. */
  governmentSuffixes: z.array(z.strictObject({ name, file: path, ...age })).default([]),
  /** Single hosts of public bodies: one per line, or CSV with columns host, country, agency, level. */
  governmentHosts: z
    .array(
      z.strictObject({
        name,
        file: path,
        ...age,
        /** Of hosts whose own domain names no country, such as .com. */
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"')
          .optional(),
      }),
    )
    .default([]),
});
export type OwnTablesFile = z.infer<typeof OwnTablesFile>;

const instant = z.iso.datetime().nullable();
const handling = z.object({
  tlp: z.string(),
  pap: z.string().nullable(),
  codes: z.array(z.string()),
});
const words = z.array(z.string());

const StatedEvidence = z.object({
  basis: z.string(),
  country: z.string(),
  by: z.string().meta({ description: "a table, a suffix, or the code of a source" }),
  asOf: z.string().nullable(),
  weight: z.int(),
  text: z.string(),
});

const Statement = z.object({
  source: z.string().meta({ description: "its code" }),
  name: z.string().nullable().meta({ description: "only where the source may be named" }),
  handling: handling.extend({ expiresOn: z.string().nullable() }),
  positive: z.boolean().meta({ description: "seen working; else checked and found offline" }),
  firstSeen: instant,
  lastSeen: instant,
  validUntil: instant,
  country: z.string().nullable(),
  families: words,
  port: z.int().nullable(),
  confidence: z.int().nullable(),
  target: z.string().nullable(),
  reference: z.string().nullable(),
  raw: z
    .string()
    .nullable()
    .meta({ description: "as the source wrote it, where that is not the normal form" }),
  row: z
    .object({ delivery: z.guid(), part: z.int(), row: z.int() })
    .nullable()
    .meta({ description: "where it stands, for those who may see the delivery" }),
});

export const explainThreat = {
  id: "jurisdiction.explainThreat",
  method: "GET",
  path: "/operations/:operation/threats/:threat",
  summary:
    "One threat: what was said of it, by whom and under which handling, and why which country is responsible",
  access: { for: "member", roles: CONTENT_ROLES },
  params: z.strictObject({ operation: z.string(), threat: z.guid() }),
  response: z.object({
    id: z.guid(),
    type: z.enum(OBSERVABLE_TYPES),
    role: z.enum(THREAT_ROLE_NAMES),
    value: z.string(),
    host: z.string().nullable(),
    asOf: z.iso.datetime().meta({ description: "the instant of liveness" }),
    liveness: z.enum(["active", "stale", "inactive", "unknown"]),
    seenInOperation: z.boolean(),
    firstSeen: instant,
    lastSeen: instant,
    families: words,
    ports: z.array(z.int()),
    targets: words,
    confidence: z.int().nullable(),
    origins: z.int(),
    handling,
    sources: z.array(
      z.object({
        code: z.string(),
        name: z.string().nullable(),
        reliability: z.string(),
        credibility: z.int(),
      }),
    ),
    evidence: z
      .array(StatedEvidence)
      .meta({ description: "all that was weighed, also where it decided nothing" }),
    countries: z.array(
      z.object({
        role: z.enum(["hosting", "owner", "money", "victim", "suspect"]),
        country: z.string(),
        decidedBy: StatedEvidence,
        corroboration: z.array(StatedEvidence),
        disagreement: z.array(StatedEvidence),
        usedWorldwide: z.boolean(),
      }),
    ),
    unassigned: z.object({ reason: z.string(), hint: z.string().nullable() }).nullable(),
    review: words.meta({ description: "why somebody should look at it; empty when nobody needs to" }),
    why: z
      .object({ decided: words, corroboration: words, disagreement: words, caveats: words })
      .meta({ description: "the same in sentences, in your language" }),
    government: z
      .object({ country: z.string(), suffix: z.string(), level: z.string().nullable() })
      .nullable(),
    sharedInfrastructure: z.string().nullable(),
    assertions: z.array(Statement),
    mergedInto: z.guid().nullable().meta({ description: "it counts as that one" }),
    merged: z.array(
      z.object({
        id: z.guid(),
        type: z.enum(OBSERVABLE_TYPES),
        value: z.string(),
        reason: z.string().nullable(),
        mergedAt: instant,
      }),
    ),
  }),
} as const satisfies RouteContract;

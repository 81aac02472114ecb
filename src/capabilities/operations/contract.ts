import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import { parseTlp, type Tlp } from "#standards/tlp.ts";

const countryCode = z
  .string()
  .regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"');
const day = z.iso.date("a date is written 2026-09-01");
const instant = z.iso.datetime({ offset: true, message: "an instant is written 2026-11-15T00:00:00Z" });
const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "an id has lower-case letters, digits and hyphens");

const tlp = z.string().transform((text, context): Tlp => {
  const level = parseTlp(text);
  if (level !== null) return level;
  context.addIssue({ code: "custom", message: "TLP 2.0 knows RED, AMBER+STRICT, AMBER, GREEN and CLEAR" });
  return z.NEVER;
});
const pap = z.enum(["CLEAR", "GREEN", "AMBER", "RED"]);
const handlingCode = z.enum(["H0", "H1", "H2", "H3"]);

/** Conditions that a source states for all it hands over, or a delivery for itself. */
const handlingFields = {
  tlp: tlp.optional(),
  pap: pap.optional(),
  handling: z.array(handlingCode).optional(),
  /** Country codes and source ids; without it the TLP level decides, with an empty list nobody. */
  releasableTo: z.array(z.string().min(2)).optional(),
  /** After this day the rows are shown to nobody outside the desk. */
  expires: day.optional(),
};

/** What a source states for everything it hands in. */
export const SourceStanding = z.strictObject({ mayBeNamed: z.boolean(), ...handlingFields });
export type SourceStanding = z.infer<typeof SourceStanding>;

export const DeliveryDeclaration = z.strictObject({
  /** A path below the operation's folder; may be a glob (`feeds/*.json`). */
  file: z.string().min(1),
  format: z.string().optional(),
  role: z.enum(THREAT_ROLE_NAMES).optional(),
  observedFrom: day.optional(),
  observedTo: day.optional(),
  method: z.string().min(1).optional(),
  purpose: z.string().min(1).optional(),
  mapping: z.record(z.string(), z.string()).optional(),
  ...handlingFields,
});
export type DeliveryDeclaration = z.infer<typeof DeliveryDeclaration>;

export const SourceDeclaration = z.strictObject({
  id: slug,
  name: z.string().min(1),
  kind: z.enum(["partner", "country", "csirt"]),
  country: countryCode.optional(),
  /** Admiralty code: reliability of the source and credibility of the information, rated apart. */
  reliability: z.enum(["A", "B", "C", "D", "E", "F"]),
  credibility: z.int().min(1).max(6),
  mayBeNamed: z.boolean(),
  ...handlingFields,
  deliveries: z.array(DeliveryDeclaration),
});
export type SourceDeclaration = z.infer<typeof SourceDeclaration>;

/** Only a fictional operation has this: where its reserved addresses and names are allocated. */
export const ExerciseTables = z.strictObject({
  allocations: z.array(z.strictObject({ name: slug, file: z.string().min(1), asOf: z.string() })),
  governmentSuffixes: z.string().min(1).optional(),
});
export type ExerciseTables = z.infer<typeof ExerciseTables>;

/** Five years: the initial period of the INTERPOL rules on the processing of data. */
export const LONGEST_RETENTION_DAYS = 1826;

const retentionDays = z.int().min(1).max(LONGEST_RETENTION_DAYS);

/** How long deliveries are kept; what is not said is the longest that is allowed (five years, a year for victims). */
export const Retention = z.strictObject({
  days: retentionDays.optional(),
  /** For deliveries that speak of victims; never longer than the others. */
  victimDays: retentionDays.optional(),
  /** By the id of the source; only ever shortens. */
  sources: z.record(slug, retentionDays).optional(),
});
export type Retention = z.infer<typeof Retention>;

/** `operation.json`: an operation's folder tells with it what the operation is and who sent what. Unknown keys are refused. */
export const OperationFile = z
  .strictObject({
    id: slug,
    name: z.string().min(1),
    from: day,
    to: day,
    asOf: instant.optional(),
    mode: z.enum(["onsite", "remote", "hybrid"]),
    purpose: z.string().min(1),
    legalBasis: z.string().min(1),
    countries: z.array(countryCode).min(1),
    /** What a source or delivery takes that states no marking or method of its own (IN-2). */
    defaults: z.strictObject({ tlp: tlp.optional(), method: z.string().min(1).optional() }).optional(),
    exercise: ExerciseTables.optional(),
    retention: Retention.optional(),
    sources: z.array(SourceDeclaration),
  })
  .refine((operation) => operation.from <= operation.to, {
    path: ["to"],
    message: "the operation ends before it begins",
  })
  .refine(
    (operation) => new Set(operation.sources.map((source) => source.id)).size === operation.sources.length,
    {
      path: ["sources"],
      message: "two sources have the same id",
    },
  );
export type OperationFile = z.infer<typeof OperationFile>;

/** Every role: whoever is a member sees that the operation is there and what it is for. */
const EVERY_ROLE = [
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
  "communications",
] as const;

const OperationInList = z.object({
  id: z.string(),
  name: z.string(),
  from: z.string(),
  to: z.string(),
  mode: z.enum(["onsite", "remote", "hybrid"]),
  countries: z.array(z.string()),
  asOf: z.string().nullable(),
});

export const listMyOperations = {
  id: "operations.listMyOperations",
  method: "GET",
  path: "/operations",
  summary: "Operations that you are a member of",
  access: { for: "officer" },
  audit: "none",
  response: z.object({ operations: z.array(OperationInList) }),
} as const satisfies RouteContract;

export const findMyOperation = {
  id: "operations.findMyOperation",
  method: "GET",
  path: "/operations/:operation",
  summary: "One operation, and what you are in it",
  access: { for: "member", roles: EVERY_ROLE },
  audit: "none",
  params: z.strictObject({ operation: z.string() }),
  response: OperationInList.extend({
    purpose: z.string(),
    legalBasis: z.string(),
    you: z.object({ role: z.string(), country: z.string().nullable(), source: z.string().nullable() }),
  }),
} as const satisfies RouteContract;

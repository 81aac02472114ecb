import { z } from "zod";
import { DeliveryDeclaration, SourceDeclaration } from "#capabilities/operations/contract.ts";
import type { RouteContract } from "#platform/http/route.ts";

const DESK_WRITERS = ["coordinator", "analyst"] as const;
/** Who may hand in: the desk for any source, a country for its own, a partner for his. */
const DELIVERERS = ["coordinator", "lead", "analyst", "national-officer", "csirt", "partner"] as const;
const READERS = [...DELIVERERS, "data-protection"] as const;

const below = z.strictObject({ operation: z.string() });
const belowSource = below.extend({ source: z.string() });
const belowDelivery = below.extend({ delivery: z.uuid() });
const instant = z.iso.datetime();
const count = z.int().min(0);

const Source = z
  .object({
    id: z.string(),
    code: z.string().meta({ description: "how outputs name it" }),
    name: z.string(),
    kind: z.enum(["partner", "country", "csirt"]),
    country: z.string().nullable(),
    mayBeNamed: z.boolean(),
    tlp: z.string().nullable(),
    pap: z.string().nullable(),
    handling: z.array(z.string()).nullable(),
    releasableTo: z.array(z.string()).nullable(),
    expires: z.string().nullable(),
    reliability: z.string().optional().meta({ description: "the desk's rating, for the desk alone" }),
    credibility: z.int().optional().meta({ description: "the desk's rating, for the desk alone" }),
  })
  .meta({ id: "Source" });

export const listSources = {
  id: "feeds.listSources",
  method: "GET",
  path: "/operations/:operation/sources",
  summary: "Sources of an operation: all for the desk, his own for everybody else",
  access: { for: "member", roles: READERS },
  params: below,
  response: z.object({ sources: z.array(Source) }),
} as const satisfies RouteContract;

export const registerSource = {
  id: "feeds.registerSource",
  method: "POST",
  path: "/operations/:operation/sources",
  summary: "Registers who sends, with the conditions that hold for all it hands in",
  access: { for: "member", roles: DESK_WRITERS },
  params: below,
  body: SourceDeclaration.omit({ deliveries: true }).extend({ name: z.string().min(1).max(200) }),
  response: Source,
  created: true,
} as const satisfies RouteContract;

export const findSource = {
  id: "feeds.findSource",
  method: "GET",
  path: "/operations/:operation/sources/:source",
  summary: "One source",
  access: { for: "member", roles: READERS },
  params: belowSource,
  response: Source,
} as const satisfies RouteContract;

/** Words in an address, separated by commas; an empty text is an empty list. */
const listed = z.string().transform((text) => (text === "" ? [] : text.split(",")));
const { handling, releasableTo, mapping, ...declared } = DeliveryDeclaration.shape;
const mappingAsJson = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: 'a mapping is JSON, e.g. {"value":"ip"}' });
    return z.NEVER;
  }
});

/** A name is shown on receipts and never used as a path. */
const fileName = z
  .string()
  .regex(/^[^\p{Cc}\\]{1,300}$/u, "a file name has at most 300 characters and no control characters");

const Part = z.object({
  name: z.string(),
  format: z.string().nullable(),
  rows: count,
  refusal: z.object({ code: z.string(), reason: z.string() }).nullable(),
});

const Receipt = z
  .object({
    id: z.uuid(),
    source: z.object({ id: z.string(), code: z.string() }),
    file: z.string(),
    sha256: z.string(),
    sizeBytes: count,
    receivedAt: instant,
    state: z.enum(["received", "reading", "done", "refused", "repeated"]),
    role: z.string().nullable(),
    format: z.string().nullable(),
    method: z.string(),
    purpose: z.string(),
    observedFrom: instant,
    observedTo: instant,
    marking: z.object({
      tlp: z.string(),
      pap: z.string().nullable(),
      codes: z.array(z.string()),
      releasableTo: z.array(z.string()).nullable(),
      expires: z.string().nullable(),
    }),
    defaultsTaken: z.array(z.string()),
    progress: z.object({ batches: count, rows: count }).meta({ description: "what is committed so far" }),
    accepted: count,
    repeated: count.meta({ description: "rows that say what the same source has said before" }),
    refused: z.record(z.string(), count).meta({ description: "values not taken, by code" }),
    newThreats: count
      .optional()
      .meta({ description: "values nobody had handed in before; for the desk alone" }),
    difference: z
      .object({ same: count, added: count, gone: count })
      .nullable()
      .meta({ description: "against the delivery of the same name before it" }),
    repeatOf: z.uuid().nullable(),
    previous: z.uuid().nullable(),
    refusal: z.object({ code: z.string(), reason: z.string() }).nullable(),
  })
  .meta({ id: "Receipt" });
export type Receipt = z.infer<typeof Receipt>;

export const receiveDelivery = {
  id: "feeds.receiveDelivery",
  method: "POST",
  path: "/operations/:operation/deliveries",
  summary: "Hands in a file of a source, as a stream of its bytes",
  access: { for: "token", scope: "deliver", roles: DELIVERERS },
  params: below,
  query: z.strictObject({
    ...declared,
    source: z.string(),
    file: fileName,
    handling: listed.pipe(handling.unwrap()).optional(),
    releasableTo: listed.pipe(releasableTo.unwrap()).optional(),
    mapping: mappingAsJson.pipe(mapping.unwrap()).optional(),
  }),
  body: "bytes",
  response: Receipt,
  created: true,
} as const satisfies RouteContract;

export const listDeliveries = {
  id: "feeds.listDeliveries",
  method: "GET",
  path: "/operations/:operation/deliveries",
  summary: "Deliveries that are yours to see, the latest first",
  access: { for: "token", scope: "deliver", roles: READERS },
  params: below,
  query: z.strictObject({
    source: z.string().optional(),
    after: z.uuid().optional().meta({ description: "the last delivery of the page before" }),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ deliveries: z.array(Receipt), after: z.uuid().nullable() }),
} as const satisfies RouteContract;

export const findDelivery = {
  id: "feeds.findDelivery",
  method: "GET",
  path: "/operations/:operation/deliveries/:delivery",
  summary: "The receipt of one delivery: how far it is, and what became of its rows",
  access: { for: "token", scope: "deliver", roles: READERS },
  params: belowDelivery,
  response: Receipt.extend({ parts: z.array(Part) }).meta({ id: "ReceiptWithParts" }),
} as const satisfies RouteContract;

export const streamRefusedRows = {
  id: "feeds.streamRefusedRows",
  method: "GET",
  path: "/operations/:operation/deliveries/:delivery/refused",
  summary: "What was not taken, a line per value, as CSV that no spreadsheet runs",
  access: { for: "token", scope: "deliver", roles: READERS },
  params: belowDelivery,
  response: "bytes",
} as const satisfies RouteContract;

const Token = z
  .object({
    id: z.uuid(),
    label: z.string(),
    scope: z.literal("deliver"),
    givenAt: instant,
    expiresAt: instant,
    revokedAt: instant.nullable(),
    lastUsedOn: z.iso.date().nullable(),
  })
  .meta({ id: "Token" });

export const giveToken = {
  id: "feeds.giveToken",
  method: "POST",
  path: "/operations/:operation/sources/:source/tokens",
  summary: "Gives a partner's machine a token with which it hands in for this source; shown once",
  access: { for: "member", roles: ["coordinator"], stepUp: true },
  params: belowSource,
  body: z.strictObject({
    label: z.string().min(1).max(200),
    days: z.int().min(1).max(366).default(90),
  }),
  response: Token.extend({ token: z.string() }).meta({ id: "GivenToken" }),
  created: true,
  onceOnly: true,
} as const satisfies RouteContract;

export const listTokens = {
  id: "feeds.listTokens",
  method: "GET",
  path: "/operations/:operation/sources/:source/tokens",
  summary: "Tokens of a source, in force or not",
  access: { for: "member", roles: ["coordinator"], stepUp: true },
  params: belowSource,
  response: z.object({ tokens: z.array(Token) }),
} as const satisfies RouteContract;

export const revokeToken = {
  id: "feeds.revokeToken",
  method: "DELETE",
  path: "/operations/:operation/sources/:source/tokens/:token",
  summary: "Takes a token back, from this moment on",
  access: { for: "member", roles: ["coordinator"], stepUp: true },
  params: belowSource.extend({ token: z.uuid() }),
  response: Token,
} as const satisfies RouteContract;

import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

const DESK = ["coordinator", "lead", "analyst"] as const;
/** A country sees the figures that were stated for it. */
const READERS = [...DESK, "data-protection", "national-officer"] as const;

const below = z.strictObject({ operation: z.string() });
const count = z.int().nonnegative();

const StatedFigure = z
  .object({
    id: z.uuid(),
    figure: z.string().meta({ description: "its definition in docs/counting-rules.md" }),
    rules: z.string().meta({ description: "version of the counting rules" }),
    asOf: z.iso.datetime(),
    reader: z
      .string()
      .meta({ description: "for whom: the desk, or the country that may see all it rests on" }),
    value: count,
    qualifier: z.string(),
    byCountry: z.record(z.string(), count),
    byFamily: z.record(z.string(), count).nullable(),
    inputsSha256: z.string(),
    statedAt: z.iso.datetime(),
    corrects: z.uuid().nullable().meta({ description: "the earlier statement that this one corrects" }),
    opens: z.boolean().meta({ description: "the objects it counts can be listed" }),
  })
  .meta({ id: "StatedFigure" });

export const listFigures = {
  id: "outcomes.listFigures",
  method: "GET",
  path: "/operations/:operation/figures",
  summary: "Figures as they were stated as of an instant, and for whom",
  access: { for: "member", roles: READERS },
  params: below,
  query: z.strictObject({
    asOf: z.iso
      .datetime()
      .optional()
      .meta({ description: "without it, the latest instant of any statement" }),
    history: z
      .enum(["true", "false"])
      .default("false")
      .meta({ description: "true: statements that were corrected later as well" }),
  }),
  response: z.object({ asOf: z.iso.datetime().nullable(), figures: z.array(StatedFigure) }),
} as const satisfies RouteContract;

export const stateFigures = {
  id: "outcomes.stateFigures",
  method: "POST",
  path: "/operations/:operation/figures",
  summary: "Have the figures of an instant counted and stated, for the desk or from what one country may see",
  access: { for: "member", roles: DESK },
  params: below,
  body: z.strictObject({
    asOf: z.iso.datetime().optional().meta({ description: "without it, the operation's own, or now" }),
    reader: z
      .string()
      .regex(/^(desk|[A-Z]{2})$/, 'a reader is "desk" or a country')
      .default("desk"),
  }),
  response: z.object({ asOf: z.iso.datetime(), reader: z.string() }),
} as const satisfies RouteContract;

export const listFigureObjects = {
  id: "outcomes.listFigureObjects",
  method: "GET",
  path: "/operations/:operation/figures/:figure/objects",
  summary: "What a figure counted, page by page: of it what you may still see",
  access: { for: "member", roles: READERS },
  params: below.extend({ figure: z.uuid() }),
  query: z.strictObject({
    after: z.string().max(100).optional(),
    size: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({
    objects: z.array(
      z.object({ object: z.string(), country: z.string().nullable(), threats: z.array(z.guid()) }),
    ),
    next: z.string().nullable().meta({ description: "`after` of the next page; null on the last" }),
  }),
} as const satisfies RouteContract;

import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

/** A merge is told to nobody who may not know both threats, which only the desk always may. */
const access = { for: "member", roles: ["coordinator", "lead", "analyst"] } as const;
/** A hash in the form of a UUID, of no version. */
const threatId = z.guid();

const Merge = z
  .object({
    id: z.uuid(),
    kept: threatId,
    merged: threatId,
    reason: z.string(),
    mergedBy: z.string(),
    mergedAt: z.iso.datetime(),
    undoneBy: z.string().nullable(),
    undoneAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Merge" });

export const mergeThreats = {
  id: "threats.mergeThreats",
  method: "POST",
  path: "/operations/:operation/merges",
  summary: "Declare two threats of one role to be the same: the second counts as part of the first",
  access,
  params: z.strictObject({ operation: z.string() }),
  body: z.strictObject({ kept: threatId, merged: threatId, reason: z.string().trim().min(1).max(2000) }),
  response: Merge,
  created: true,
} as const satisfies RouteContract;

export const undoMerge = {
  id: "threats.undoMerge",
  method: "POST",
  path: "/operations/:operation/merges/:merge/undo",
  summary: "Take a merge back: both threats are as they were",
  access,
  params: z.strictObject({ operation: z.string(), merge: z.uuid() }),
  response: Merge,
} as const satisfies RouteContract;

export const listMerges = {
  id: "threats.listMerges",
  method: "GET",
  path: "/operations/:operation/threats/:threat/merges",
  summary: "Merges that a threat was part of, undone ones too, oldest first",
  access,
  params: z.strictObject({ operation: z.string(), threat: threatId }),
  response: z.object({ merges: z.array(Merge) }),
} as const satisfies RouteContract;

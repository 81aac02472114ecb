import { z } from "zod";
import { watchDeliveries } from "#capabilities/feeds/index.ts";
import { watchPackages } from "#capabilities/packages/index.ts";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { streamDifferences } from "#platform/http/events.ts";
import { bind } from "#platform/http/handler.ts";
import type { RouteContract } from "#platform/http/route.ts";

const watchOperationRoute = {
  id: "main.watchOperation",
  method: "GET",
  path: "/operations/:operation/events",
  summary:
    "What you see of an operation's deliveries and packages, and how it changes, as server-sent events",
  access: {
    for: "member",
    roles: ["coordinator", "lead", "analyst", "data-protection", "national-officer", "csirt", "partner"],
  },
  params: z.strictObject({ operation: z.string() }),
  response: "events",
} as const satisfies RouteContract;

/** Stands here because it tells of several rooms; each says itself what its caller sees. */
export const watchesOperation = bind(watchOperationRoute, async ({ signal, headers }, caller: Caller) => {
  const { id } = operationOf(caller);
  return streamDifferences({
    scope: `${officerOf(caller).publicId} ${id}`,
    read: async () => [...(await watchDeliveries(caller.app, id)), ...(await watchPackages(caller.app, id))],
    listen: (onChange) => caller.changes.listen(id, onChange),
    isStillIn: caller.isStillIn,
    lastEventId: headers["last-event-id"],
    signal: AbortSignal.any([signal, caller.changes.ended]),
  });
});

import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

export const whoAmI = {
  id: "people.whoAmI",
  method: "GET",
  path: "/me",
  summary: "The officer who is signed in, his duties and his roles in operations",
  access: { for: "officer" },
  response: z.object({
    id: z.uuid(),
    name: z.string(),
    organisation: z.string(),
    language: z.enum(["en", "fr", "es", "ar"]),
    duties: z.array(z.string()),
    steppedUp: z.boolean(),
  }),
} as const satisfies RouteContract;

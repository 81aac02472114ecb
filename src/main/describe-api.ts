import { z } from "zod";
import type { Caller } from "#capabilities/people/index.ts";
import { type Binding, bind } from "#platform/http/handler.ts";
import { describeRoutes } from "#platform/http/openapi.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { SESSION_COOKIE } from "./gatekeeper.ts";

export const describeApiRoute = {
  id: "main.describeApi",
  method: "GET",
  path: "/openapi.json",
  summary: "This description of every route, as OpenAPI 3.1",
  access: { for: "officer" },
  audit: "none",
  response: z.looseObject({ openapi: z.string() }),
} as const satisfies RouteContract;

/** Hands the description of all routes, itself among them, to whoever is signed in. Written once, when first asked for. */
export function describesAll(all: () => readonly Binding<Caller>[]): Binding<Caller> {
  let written: ReturnType<typeof describeApi> | undefined;
  return bind(describeApiRoute, async (_request, _caller: Caller) => {
    written ??= describeApi(all().map(({ route }) => route));
    return written;
  });
}

/** The OpenAPI 3.1 document of these routes. */
export function describeApi(routes: readonly RouteContract[]) {
  return describeRoutes(routes, { title: "Muster", version: "1", sessionCookie: SESSION_COOKIE });
}

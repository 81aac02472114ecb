import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openClient, Refused } from "#platform/http/client.ts";
import { type ApiDescription, describeRoutes } from "#platform/http/openapi.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { withDatabase } from "../../test/support/database.ts";
import { inject, openTestServer, sendThrough, type TestServer } from "../../test/support/http.ts";
import { describeApi, describeApiRoute } from "./describe-api.ts";
import { ROUTES } from "./routes.ts";

const routes = ROUTES.map(({ route }) => route);

describe("the description of the API", () => {
  it("is OpenAPI 3.1 as its own meta-schema says, for every route", async () => {
    const description = describeApi(routes);
    expect(await faultsOf(description)).toEqual([]);
    expect(idsIn(description)).toEqual(routes.map(({ id }) => id).toSorted());
  });

  it("is refused by that check when a route is described badly", async () => {
    const description = structuredClone(describeApi(routes));
    Object.assign(description, { paths: { "/me": { get: { responses: { "two hundred": {} } } } } });
    expect(await faultsOf(description)).not.toEqual([]);
  });

  it("gives every operation a name of its own, and every reference leads somewhere", () => {
    const text = JSON.stringify(describeApi(routes));
    const description: unknown = JSON.parse(text);
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
    for (const [, reference = ""] of text.matchAll(/"\$ref":"([^"]+)"/g))
      expect({ reference, found: lookUp(description, reference) !== undefined }).toEqual({
        reference,
        found: true,
      });
  });

  it("moves schemas that name themselves, or contain themselves, into the components", async () => {
    const Tree = z.object({
      name: z.string(),
      get branches() {
        return z.array(Tree);
      },
    });
    const Leaf = z.object({ colour: z.string() }).meta({ id: "Leaf" });
    const route = {
      id: "garden.look",
      method: "GET",
      path: "/gardens/:garden",
      summary: "A garden",
      access: { for: "anyone" },
      params: z.strictObject({ garden: z.uuid() }),
      query: z.strictObject({ limit: z.coerce.number().int().default(10), after: z.string() }),
      response: z.object({ tree: Tree, leaf: Leaf }),
    } as const satisfies RouteContract;
    const whole = { ...route, id: "garden.whole", path: "/tree", response: Tree } as const;
    const description = describeRoutes([route, whole], { title: "t", version: "1", sessionCookie: "s" });
    expect(await faultsOf(description)).toEqual([]);
    expect(lookUp(description, "#/components/schemas/Leaf")).toMatchObject({ type: "object" });
    expect(lookUp(description, "#/paths/~1gardens~1{garden}/get/parameters")).toMatchObject([
      { name: "garden", in: "path", required: true },
      { name: "limit", in: "query", required: false },
      { name: "after", in: "query", required: true },
    ]);
    for (const [, reference = ""] of JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g))
      expect(lookUp(description, reference)).toBeDefined();
  });
});

describe("the client", () => {
  const database = withDatabase();
  let http: TestServer;
  beforeAll(async () => {
    http = await openTestServer(database());
  });
  afterAll(() => http.close());

  it("gets the description that is checked in, when its officer is signed in", async () => {
    const officer = await http.officer({});
    const client = openClient(sendThrough(http.server, { cookie: officer.cookie }));
    const description = await client.call(describeApiRoute, {});
    expect(description).toEqual(JSON.parse(JSON.stringify(describeApi(routes))));
    expect((await inject(http.server, "GET", "/openapi.json")).status).toBe(401);
  });

  it("throws what the server refused", async () => {
    const refused = await openClient(sendThrough(http.server, {}))
      .call(describeApiRoute, {})
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ problem: { status: 401, code: "people.sign_in" } });
  });
});

async function faultsOf(description: object): Promise<unknown[]> {
  const { valid, errors } = await new Validator().validate({ ...structuredClone(description) });
  return valid ? [] : [errors];
}

function idsIn(description: ApiDescription): string[] {
  const paths = z
    .record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() })))
    .parse(description.paths);
  return Object.values(paths)
    .flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    .toSorted();
}

function lookUp(document: unknown, reference: string): unknown {
  const steps = reference
    .slice(2)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null
        ? Object.entries(at).find(([name]) => name === step)?.[1]
        : undefined,
    document,
  );
}

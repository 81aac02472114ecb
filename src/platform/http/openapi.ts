import { z } from "zod";
import { ProblemDocument } from "./problem-document.ts";
import type { RouteContract } from "./route.ts";

type JsonObject = { readonly [name: string]: unknown };

export interface ApiDescription extends JsonObject {
  readonly openapi: string;
}

/**
 * The description of these routes as an OpenAPI 3.1 document, made from their contracts alone. Requests are described as
 * they are sent, answers as they leave; every refusal is a problem document (RFC 9457). Who may come in stands in
 * `x-access` of each operation, because OpenAPI has no word for roles.
 * @param sessionCookie name of the cookie that carries a session
 */
export function describeRoutes(
  routes: readonly RouteContract[],
  about: { readonly title: string; readonly version: string; readonly sessionCookie: string },
): ApiDescription {
  const schemas = collectSchemas();
  schemas.of(ProblemDocument, "Problem", "output");
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  return {
    openapi: "3.1.1",
    info: { title: about.title, version: about.version },
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: about.sessionCookie },
        token: { type: "http", scheme: "bearer", description: "a partner's machine, for one source" },
      },
      responses: {
        Problem: {
          description: "Refused: a code for the machine and a sentence for the officer",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
      schemas: schemas.named,
    },
  };
}

function operationOf(route: RouteContract, schemas: Schemas): JsonObject {
  const parameters = [
    ...parametersOf("path", route, route.params, schemas),
    ...parametersOf("query", route, route.query, schemas),
  ];
  const body = contentOf(route, "body", route.body, schemas);
  const answer = contentOf(route, "response", route.response, schemas);
  const problem = { $ref: "#/components/responses/Problem" };
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.id.split(".")[0]],
    "x-access": route.access,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: { required: true, content: body } }),
    responses: {
      [route.created === true ? "201" : "200"]: {
        description: route.summary,
        ...(answer === null ? {} : { content: answer }),
      },
      "4XX": problem,
      "5XX": problem,
    },
  };
}

function securityOf({ access }: RouteContract): readonly JsonObject[] {
  if (access.for === "anyone") return [];
  return access.for === "token" ? [{ session: [] }, { token: [] }] : [{ session: [] }];
}

function parametersOf(
  where: "path" | "query",
  route: RouteContract,
  schema: z.ZodObject | undefined,
  schemas: Schemas,
): readonly JsonObject[] {
  if (schema === undefined) return [];
  const required = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }).required ?? [];
  const fields: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.entries(fields).map(([name, field]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: schemas.of(field, `${route.id}.${where}.${name}`, "input"),
  }));
}

function contentOf(
  route: RouteContract,
  part: "body" | "response",
  schema: z.ZodType | "bytes" | "events" | undefined,
  schemas: Schemas,
): JsonObject | null {
  if (schema === undefined) return null;
  if (schema === "bytes") return { "application/octet-stream": {} };
  if (schema === "events") return { "text/event-stream": { schema: { type: "string" } } };
  const described = schemas.of(schema, `${route.id}.${part}`, part === "body" ? "input" : "output");
  return { "application/json": { schema: described } };
}

interface Schemas {
  /** The schema as JSON Schema, its named parts moved to the document's components. */
  of(schema: z.core.$ZodType, name: string, direction: "input" | "output"): JsonObject;
  readonly named: Readonly<Record<string, unknown>>;
}

function collectSchemas(): Schemas {
  const named: Record<string, unknown> = {};
  return {
    named,
    of(schema, name, direction) {
      const made = z.toJSONSchema(schema, { io: direction, unrepresentable: "any" });
      const { $schema: _dialect, $defs: parts = {}, ...own } = made;
      // Parts that a schema names itself are the same everywhere; those without a name are its own.
      const nameOf = (part: string) => (part.startsWith("__") ? `${name}.${part.slice(2)}` : part);
      const moved = (text: unknown): unknown => moveReferences(text, name, nameOf);
      for (const [part, text] of Object.entries(parts)) named[nameOf(part)] = moved(text);
      const text = moved(own);
      // `own` is an object, and moving references keeps it one.
      if (!JSON.stringify(made).includes('"$ref":"#"')) return text as JsonObject;
      named[name] = text;
      return { $ref: `#/components/schemas/${name}` };
    },
  };
}

/** A copy in which references to the schema itself and to its parts lead to the document's components. */
function moveReferences(value: unknown, own: string, nameOf: (part: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => moveReferences(each, own, nameOf));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name !== "$ref" || typeof each !== "string") return [name, moveReferences(each, own, nameOf)];
      const part = /^#\/\$defs\/(.+)$/.exec(each)?.[1];
      return [name, `#/components/schemas/${part === undefined ? own : nameOf(part)}`];
    }),
  );
}

import { z } from "zod";
import type { Random } from "../../../exercise/random.ts";
import type { RouteContract } from "../../../src/platform/http/route.ts";

/** One request to a route, its parameters by name. Ids stand as keys that each world resolves for itself. */
export interface PlannedRequest {
  readonly route: RouteContract;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What may be asked for: of each path parameter the keys, hidden and absent ones among them, and words for free text. */
export interface Vocabulary {
  readonly keysOf: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

/** So many crossings of path parameters, and so many queries, for each route: a sample, another one for each reader. */
const CROSSINGS = 10;
const QUERIES = 8;

/**
 * Requests to one route: visible, hidden and absent values of its path parameters, mostly such as belong together, and each
 * value of each query parameter; of both a random sample.
 */
export function planRequests(route: RouteContract, vocabulary: Vocabulary, random: Random): PlannedRequest[] {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const crossings = crossingsOf(names, vocabulary, random);
  const queries = queriesOf(route, vocabulary.words);
  const fewest = queries[0] ?? {};
  const more = random.shuffle(queries.slice(1)).slice(0, QUERIES);
  return [
    ...crossings.map((params) => ({ route, params, query: fewest })),
    ...more.map((query) => ({ route, params: drawParams(names, vocabulary, random), query })),
  ];
}

function crossingsOf(
  names: readonly string[],
  vocabulary: Vocabulary,
  random: Random,
): PlannedRequest["params"][] {
  if (names.length === 0) return [{}];
  const drawn = Array.from({ length: 3 * CROSSINGS }, () => drawParams(names, vocabulary, random));
  const distinct = new Map(drawn.map((params) => [JSON.stringify(params), params]));
  return [...distinct.values()].slice(0, CROSSINGS);
}

const NOTHING = ["nothing that is known"];

/** What lies below an operation is mostly drawn from what that operation has. */
function drawParams(
  names: readonly string[],
  { keysOf }: Vocabulary,
  random: Random,
): Readonly<Record<string, string>> {
  const code = random.pick(["harbour", "harbour", "harbour", "quay", "pier"]);
  return Object.fromEntries(
    names.map((name) => {
      const keys = keysOf.get(name) ?? NOTHING; // a test of its own says that one is missing
      const near = keys.filter((key) => key.split(" ").includes(code));
      return [name, random.pick(near.length > 0 && random.chance(0.8) ? near : keys)];
    }),
  );
}

/** The fewest that the schema takes first, then with one parameter more, each of its values. */
function queriesOf(route: RouteContract, words: readonly string[]): Readonly<Record<string, string>>[] {
  if (route.query === undefined) return [{}];
  const fields: Readonly<Record<string, z.core.$ZodType>> = route.query.shape;
  const required = z.toJSONSchema(route.query, { io: "input", unrepresentable: "any" }).required ?? [];
  const fewest = Object.fromEntries(
    required.map((name) => [
      name,
      fields[name] === undefined ? "" : (valuesOf(fields[name], words)[0] ?? ""),
    ]),
  );
  const small = "size" in fields ? { size: "2" } : "limit" in fields ? { limit: "2" } : {};
  const more = Object.entries(fields).flatMap(([name, field]) =>
    CURSORS.includes(name) ? [] : valuesOf(field, words).map((value) => ({ ...fewest, [name]: value })),
  );
  return [{ ...fewest, ...small }, ...more, ...(Object.keys(small).length === 0 ? [] : [fewest])];
}

/** Names of query parameters that say where a page begins. */
export const CURSORS: readonly string[] = ["after", "cursor", "before"];

const JsonSchema = z.looseObject({
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

function valuesOf(field: z.core.$ZodType, words: readonly string[]): string[] {
  const values = valuesOfJson(z.toJSONSchema(field, { io: "input", unrepresentable: "any" }), words);
  return values.filter((value) => z.safeParse(field, value).success);
}

function valuesOfJson(json: unknown, words: readonly string[]): string[] {
  const schema = JsonSchema.parse(json);
  if (schema.enum !== undefined) return schema.enum.map(String);
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((each) => valuesOfJson(each, words));
  if (schema.type === "boolean") return ["true", "false"];
  if (schema.type === "integer" || schema.type === "number")
    return [...new Set([schema.minimum ?? 0, 1, 2, 5])].filter((n) => n >= 0).map(String);
  if (schema.format === "date") return ["2026-10-05", "2026-10-29"];
  if (schema.format === "date-time")
    return ["2026-10-05T00:00:00Z", "2026-10-29T10:00:00Z", "2027-01-01T00:00:00Z"];
  return [...words];
}

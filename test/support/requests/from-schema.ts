import fc from "fast-check";
import { z } from "zod";

const JsonSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  minItems: z.int().optional(),
  maxItems: z.int().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  propertyNames: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
});
type JsonSchema = z.infer<typeof JsonSchema>;

/** Schemas contain themselves; below this depth they come to an end. */
const DEEPEST = 6;

/**
 * Values that the schema takes, as they are sent: from its JSON Schema, so that whoever reads the description could have sent
 * them. Rules that JSON Schema has no word for are not kept; such a value is refused, which is an answer as well.
 * @param words texts to use where any text will do: ids that are there, among others
 */
export function valuesOf(schema: z.core.$ZodType, words: readonly string[]): fc.Arbitrary<unknown> {
  const root = JsonSchema.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  const parts = z.record(z.string(), z.unknown()).parse(root.$defs ?? {});
  const follow = (reference: string) => (reference === "#" ? root : parts[reference.replace("#/$defs/", "")]);
  return arbitraryOf(root, { words, follow, depth: 0 });
}

interface Place {
  readonly words: readonly string[];
  readonly follow: (reference: string) => unknown;
  readonly depth: number;
}

function arbitraryOf(json: unknown, place: Place): fc.Arbitrary<unknown> {
  if (place.depth > DEEPEST) return fc.constant(null);
  const schema = JsonSchema.parse(json ?? {});
  const deeper = { ...place, depth: place.depth + 1 };
  if (schema.$ref !== undefined) return arbitraryOf(place.follow(schema.$ref), deeper);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, deeper)));
  if (schema.allOf !== undefined) return arbitraryOf(schema.allOf[0], deeper);
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type }, deeper)));
  if (schema.type === "object") return objectOf(schema, deeper);
  if (schema.type === "array")
    return fc.array(arbitraryOf(schema.items, deeper), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.min(schema.maxItems ?? 4, Math.max(schema.minItems ?? 0, 4)),
    });
  if (schema.type === "integer" || schema.type === "number")
    return fc.integer({
      min: Math.max(schema.minimum ?? -5, -(2 ** 31)),
      max: Math.min(schema.maximum ?? 5000, 2 ** 31 - 1),
    });
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "null") return fc.constant(null);
  return schema.type === "string" ? textOf(schema, place.words) : fc.jsonValue({ maxDepth: 2 });
}

function objectOf(
  { properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema,
  place: Place,
) {
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, json]) => [name, arbitraryOf(json, place)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (typeof additionalProperties !== "object") return named;
  const names =
    propertyNames === undefined ? fc.string({ maxLength: 12 }) : arbitraryOf(propertyNames, place);
  const more = fc.array(fc.tuple(names.map(String), arbitraryOf(additionalProperties, place)), {
    maxLength: 3,
  });
  return fc.tuple(named, more).map(([some, others]) => ({ ...Object.fromEntries(others), ...some }));
}

function textOf(
  { format, pattern, minLength = 0, maxLength }: JsonSchema,
  words: readonly string[],
): fc.Arbitrary<string> {
  const most = Math.min(maxLength ?? 40, Math.max(minLength, 40));
  const known = words.filter(
    (word) =>
      word.length >= minLength &&
      word.length <= (maxLength ?? word.length) &&
      (pattern === undefined || new RegExp(pattern, "u").test(word)),
  );
  const made =
    format === "date-time"
      ? fc
          .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
          .map((at) => at.toISOString())
      : format === "uuid"
        ? fc.uuid()
        : format === "date"
          ? fc
              .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
              .map((at) => at.toISOString().slice(0, 10))
          : pattern !== undefined
            ? fc.stringMatching(new RegExp(pattern))
            : fc.string({ unit: "grapheme", minLength, maxLength: most });
  return known.length === 0 ? made : fc.oneof(made, fc.constantFrom(...known));
}

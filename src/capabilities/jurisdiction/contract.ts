import { z } from "zod";

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, "a table's name has lower-case letters, digits, dots and hyphens");
const path = z.string().min(1);

/** What is stated of every table, so that each answer can show how old it is. */
const age = {
  /** Date of the data, not of the day it was fetched. */
  asOf: z.iso.date("a date is written 2026-11-01"),
  /** Days after which the data should be fetched anew. */
  shelfLifeDays: z.int().min(1).max(3660),
};

/** A list that takes names out of another table is always a CSV, whose rows are of many kinds. */
const WARNING_LIST_KINDS = [
  "resolver",
  "sinkhole",
  "popular-site",
  "ip-lookup",
  "cdn",
  "shortener",
  "hosting",
  "dynamic-dns",
  "listed",
] as const;

/**
 * The file MUSTER_TABLES names: tables of outside registries that an operator keeps himself, beside the shipped ones
 * or instead of them. Of several, the one listed later is asked first. Paths are relative to the file. Unknown keys
 * are refused. How to: docs/howto/bring-your-own-tables.md.
 */
export const OwnTablesFile = z.strictObject({
  /** Address allocations: CSV or MaxMind DB; several files are one table (IPv4 and IPv6). */
  allocations: z
    .array(
      z.strictObject({
        name,
        files: z.array(path).min(1),
        ...age,
        /** `registry` decides; `second` corroborates or disagrees, and decides where the registry is silent. */
        speaksAs: z.enum(["registry", "second"]),
        /** Instead of the shipped table and of those listed before, not beside them. */
        replaces: z.boolean().default(false),
      }),
    )
    .default([]),
  /** Shared infrastructure: `kind,value,name` in CSV, or a MISP warning list. */
  shields: z
    .array(
      z.strictObject({
        name,
        file: path,
        ...age,
        /** What a warning list stands for; a CSV says it in each row. */
        kind: z.enum(WARNING_LIST_KINDS).optional(),
        /** Instead of the rows of the same kinds, shipped or listed before. */
        replaces: z.boolean().default(false),
      }),
    )
    .default([]),
  /** Names below which hosts are a public body's: `country,suffix,level,kind`. */
  governmentSuffixes: z.array(z.strictObject({ name, file: path, ...age })).default([]),
  /** Single hosts of public bodies: one per line, or CSV with columns host, country, agency, level. */
  governmentHosts: z
    .array(
      z.strictObject({
        name,
        file: path,
        ...age,
        /** Of hosts whose own domain names no country, such as .com. */
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"')
          .optional(),
      }),
    )
    .default([]),
});
export type OwnTablesFile = z.infer<typeof OwnTablesFile>;

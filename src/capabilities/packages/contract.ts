import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { TLP_LEVELS } from "#standards/tlp.ts";

const DESK = ["coordinator", "lead", "analyst"] as const;
/** The bureau receives packages for its country; whom it tells at home is its own decision. */
const READERS = [...DESK, "data-protection", "national-officer"] as const;

const country = z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const below = z.strictObject({ operation: z.string() });
const version = z
  .string()
  .regex(/^[1-9][0-9]{0,3}$/, "a version is a whole number from 1")
  .transform(Number);
const onePackage = below.extend({
  reference: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9-]{0,80}$/, "a reference has capital letters, digits and hyphens"),
  version,
});

const Marking = z.object({
  tlp: z.enum(TLP_LEVELS),
  pap: z.string().nullable(),
  codes: z.array(z.string()),
});

/** What is signed. Strict, because the verifier refuses what it does not know. */
export const PackageManifest = z
  .strictObject({
    schema: z.literal("muster/package-manifest/1"),
    reference: z.string(),
    version: z.number().int().positive(),
    operation: z.string(),
    country: z.string(),
    rules: z.string(),
    createdAt: z.iso.datetime(),
    marking: Marking,
    threats: z.number().int().nonnegative(),
    files: z.array(
      z.strictObject({
        // A plain name: a manifest must never make the verifier read outside the folder.
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
        mediaType: z.string(),
        sizeBytes: z.number().int().nonnegative(),
        sha256,
      }),
    ),
  })
  .meta({ id: "PackageManifest" });

const state = z.enum(["composed", "releasing", "released", "recalled"]).meta({
  description:
    "composed: a draft of the desk; releasing: ordered and not signed yet; released: signed; recalled: it told of what was deleted since, destroy it",
});

const PackageInList = z
  .object({
    reference: z.string(),
    version: z.int(),
    country: z.string(),
    subject: z.string().meta({ description: "role of the threats it tells of" }),
    duty: z.enum(["act", "notify"]),
    language: z.string(),
    tlp: z.string(),
    asOf: z.iso.datetime(),
    state,
    releasedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "PackageInList" });

const Package = PackageInList.extend({
  composedAt: z.iso.datetime(),
  manifestSha256: sha256,
  manifest: PackageManifest.nullable().meta({ description: "null when it was recalled: its files are gone" }),
  files: z.array(z.object({ name: z.string(), mediaType: z.string(), sizeBytes: count, sha256 })),
  keyFigures: z
    .object({
      threats: count,
      byType: z.partialRecord(z.enum(OBSERVABLE_TYPES), count),
      byLiveness: z.record(z.enum(["active", "stale", "inactive", "unknown"]), count),
      byFamily: z.array(z.object({ family: z.string(), threats: count })).readonly(),
      withoutFamily: count,
      governmentPortals: count,
      hosts: count,
      sharedInfrastructure: count,
      disputed: count,
      byBasis: z.array(z.object({ basis: z.string(), threats: count })).readonly(),
    })
    .nullable()
    .meta({ description: "null for packages of earlier releases; they stand in report.json" }),
}).meta({ id: "Package" });

export const listPackages = {
  id: "packages.listPackages",
  method: "GET",
  path: "/operations/:operation/packages",
  summary: "The latest version of each package: for the desk all of them, for a country those released to it",
  access: { for: "member", roles: READERS },
  params: below,
  query: z.strictObject({
    country: country.optional(),
    after: z
      .string()
      .max(100)
      .optional()
      .meta({ description: "reference of the last one of the page before" }),
    size: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: z.object({ packages: z.array(PackageInList), next: z.string().nullable() }),
} as const satisfies RouteContract;

export const findPackage = {
  id: "packages.findPackage",
  method: "GET",
  path: "/operations/:operation/packages/:reference/:version",
  summary: "One package: manifest, files, marking and key figures",
  access: { for: "member", roles: READERS },
  params: onePackage,
  response: Package,
} as const satisfies RouteContract;

export const readPackageFile = {
  id: "packages.readPackageFile",
  method: "GET",
  path: "/operations/:operation/packages/:reference/:version/files/:name",
  summary: "One file of a package, byte for byte as it was signed",
  access: { for: "member", roles: READERS },
  params: onePackage.extend({ name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/) }),
  response: "bytes",
} as const satisfies RouteContract;

export const composePackages = {
  id: "packages.composePackages",
  method: "POST",
  path: "/operations/:operation/packages",
  summary: "Have the packages of countries composed anew; nothing is released by it",
  access: { for: "member", roles: DESK },
  params: below,
  body: z.strictObject({
    countries: z
      .array(country)
      .min(1)
      .max(250)
      .optional()
      .meta({ description: "without it, every country of the operation and every other with findings" }),
    asOf: z.iso.datetime().optional().meta({ description: "without it, the operation's own, or now" }),
  }),
  response: z.object({ asked: z.array(z.string()), asOf: z.iso.datetime() }),
} as const satisfies RouteContract;

export const releasePackage = {
  id: "packages.releasePackage",
  method: "POST",
  path: "/operations/:operation/packages/:reference/:version/release",
  summary: "Release the draft that was reviewed: it is signed, and its country sees it",
  access: { for: "member", roles: ["coordinator", "lead"], stepUp: true },
  params: onePackage,
  body: z.strictObject({
    manifestSha256: sha256.meta({ description: "of the version that was reviewed; another one is refused" }),
  }),
  response: PackageInList,
} as const satisfies RouteContract;

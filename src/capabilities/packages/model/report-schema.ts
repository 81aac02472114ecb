import { z } from "zod";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { isThreatRole } from "#standards/threat-role.ts";
import { TLP_LEVELS } from "#standards/tlp.ts";

const marking = z.object({
  tlp: z.enum(TLP_LEVELS),
  pap: z.string().nullable(),
  codes: z.array(z.string()),
});

/** As much of `report.json` as the verifier compares with the annexes. Unknown members are left alone: they are hashed. */
export const reportJsonSchema = z.object({
  schema: z.literal("muster/cyber-activity-report/1"),
  reference: z.string(),
  version: z.number().int().positive(),
  country: z.string(),
  asOf: z.iso.datetime(),
  subject: z.object({
    role: z.string().refine(isThreatRole, "not a threat role"),
    duty: z.enum(["act", "notify"]),
  }),
  marking,
  keyFigures: z.object({
    threats: z.number().int().nonnegative(),
    byType: z.partialRecord(z.enum(OBSERVABLE_TYPES), z.number().int().positive()),
  }),
  threats: z.array(z.object({ type: z.enum(OBSERVABLE_TYPES), value: z.string(), marking })),
});

export const manifestSchema = z.strictObject({
  schema: z.literal("muster/package-manifest/1"),
  reference: z.string(),
  version: z.number().int().positive(),
  operation: z.string(),
  country: z.string(),
  rules: z.string(),
  createdAt: z.iso.datetime(),
  marking,
  threats: z.number().int().nonnegative(),
  files: z.array(
    z.strictObject({
      // A plain name: a manifest must never make the verifier read outside the folder.
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
      mediaType: z.string(),
      sizeBytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

export type ReportJson = z.infer<typeof reportJsonSchema>;
export type ManifestJson = z.infer<typeof manifestSchema>;

import { z } from "zod";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { isThreatRole } from "#standards/threat-role.ts";
import { TLP_LEVELS } from "#standards/tlp.ts";
import type { PackageManifest } from "../contract.ts";

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

export type ReportJson = z.infer<typeof reportJsonSchema>;
export type ManifestJson = z.infer<typeof PackageManifest>;

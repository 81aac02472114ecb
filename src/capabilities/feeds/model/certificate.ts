import { z } from "zod";
import { DELETION_GROUNDS } from "./deletion.ts";

/** What a deletion certificate says. It names the delivery by its hash and holds nothing of what was deleted. */
export const DeletionCertificate = z.strictObject({
  schema: z.literal("muster/deletion-certificate/1"),
  id: z.uuid(),
  operation: z.string(),
  /** Code of the source, never its name. */
  source: z.string(),
  delivery: z.strictObject({
    id: z.uuid(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    receivedAt: z.iso.datetime(),
  }),
  ground: z.enum(DELETION_GROUNDS),
  reason: z.string(),
  /** Officers by public id. */
  askedBy: z.uuid(),
  askedAt: z.iso.datetime(),
  approvedBy: z.uuid(),
  approvedAt: z.iso.datetime(),
  begunAt: z.iso.datetime(),
  deletedAt: z.iso.datetime(),
  deleted: z.record(z.string(), z.int().min(0)),
  /** How far the bytes of the rows are gone from the database's files. */
  tables: z.array(z.strictObject({ table: z.string(), how: z.enum(["rewritten", "vacuumed", "left"]) })),
  notCovered: z.array(z.string()),
});
export type DeletionCertificate = z.infer<typeof DeletionCertificate>;

/** Said in every certificate, because nobody should believe that it says more. */
export const NOT_COVERED = [
  "The database's log of changes holds deleted bytes until it is written over.",
  "Backups made before the deletion hold what was deleted until they expire.",
  "A file system may keep the blocks of a removed file until it uses them again.",
  "Recalled packages were handed to their countries, who must destroy them.",
] as const;

/** A certificate with its signature, as the house hands it out and `verify` reads it: one file. */
export const SignedCertificate = z.strictObject({
  /** Canonical JSON (RFC 8785); the signature is over these bytes. */
  certificate: z.string(),
  /** Detached OpenPGP signature, ASCII-armoured. */
  signature: z.string(),
  keyFingerprint: z.string(),
});
export type SignedCertificate = z.infer<typeof SignedCertificate>;

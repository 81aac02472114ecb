import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "#standards/canonical-json.ts";
import { leafHash } from "./merkle-tree.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().min(1);

/** An entry as it is hashed: the SHA-256 of its canonical JSON (RFC 8785) is its hash. */
export const EntryJson = z.strictObject({
  act: z.string(),
  at: z.string(),
  code: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  id: z.string(),
  number: size,
  officer: z.string().nullable(),
  operation: z.string().nullable(),
  outcome: z.enum(["begun", "done", "refused", "failed"]),
  previous: hash,
  purpose: z.string().nullable(),
  session: z.string().nullable(),
  subject: z.strictObject({ id: z.string(), kind: z.string() }).nullable(),
});
export type EntryJson = z.infer<typeof EntryJson>;

/** `previous` of the first entry. */
export const BEFORE_THE_FIRST = "0".repeat(64);

/** What the signer signs, as canonical JSON. */
export const CheckpointJson = z.strictObject({
  at: z.string(),
  kind: z.literal("muster-audit-checkpoint-1"),
  root: hash,
  size,
});
export type CheckpointJson = z.infer<typeof CheckpointJson>;

/** Its hash stands beside the signature, because OpenPGP lets bytes of a signature vary that it does not sign. */
export const SignedCheckpoint = z.strictObject({
  checkpoint: CheckpointJson,
  signature: z.string(),
  signatureSha256: hash,
});
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

/** First line of an export. */
export const ExportHeader = z.strictObject({
  checkpoints: size,
  entries: size,
  kind: z.literal("muster-audit-log-1"),
});

/** One entry, and that it is in the tree of a checkpoint: everything that is needed to check it, in one line. */
export const EntryProof = z.strictObject({
  entry: EntryJson,
  kind: z.literal("muster-audit-proof-1"),
  path: z.array(hash).max(64),
  signed: SignedCheckpoint,
});
export type EntryProof = z.infer<typeof EntryProof>;

/** That the log of a later checkpoint begins with that of an earlier one. */
export const ConsistencyProof = z.strictObject({
  earlier: SignedCheckpoint,
  kind: z.literal("muster-audit-consistency-1"),
  later: SignedCheckpoint,
  path: z.array(hash).max(128),
});
export type ConsistencyProof = z.infer<typeof ConsistencyProof>;

const ENTRY_START = Buffer.from('{"entry":');
const ENTRY_END = /^,"hash":"([0-9a-f]{64})"\}$/;
const ENTRY_END_BYTES = ',"hash":""}'.length + 64;

/** The line of an entry in an export. @param line its canonical JSON */
export function entryLine(line: string, hash: string): string {
  return `{"entry":${line},"hash":"${hash}"}`;
}

/** Takes such a line apart: the bytes that were hashed and the hash stated beside them. Null when it is not one. */
export function splitEntryLine(line: Buffer): { readonly bytes: Buffer; readonly hash: string } | null {
  if (!line.subarray(0, ENTRY_START.length).equals(ENTRY_START)) return null;
  const end = ENTRY_END.exec(line.subarray(-ENTRY_END_BYTES).toString("latin1"));
  if (end?.[1] === undefined) return null;
  return { bytes: line.subarray(ENTRY_START.length, -ENTRY_END_BYTES), hash: end[1] };
}

/** A checkpoint with its signature, ready for a line. */
export function signedCheckpoint(checkpoint: CheckpointJson, signature: string): SignedCheckpoint {
  return { checkpoint, signature, signatureSha256: sha256Hex(signature) };
}

export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An entry's place in the tree: the leaf made of its hash. */
export function leafOf(hashHex: string): Buffer {
  return leafHash(Buffer.from(hashHex, "hex"));
}

/** What a line says, when it is exactly the canonical JSON of that; else null. */
export function readCanonical<Schema extends z.ZodType>(
  line: Buffer,
  schema: Schema,
): z.output<Schema> | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    const read = schema.safeParse(JSON.parse(text));
    return read.success && canonicalJson(read.data) === text ? read.data : null;
  } catch {
    return null;
  }
}

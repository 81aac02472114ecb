import type pg from "pg";
import type { Operation } from "#capabilities/operations/index.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import type { Deletion } from "../deletion-queries.ts";
import { type DeletionCertificate, NOT_COVERED } from "../model/certificate.ts";
import { listSources } from "../queries.ts";

const instant = (ms: number) => new Date(ms).toISOString();

/** The certificate of a deletion that is carried out, as canonical JSON (RFC 8785). */
export async function composeCertificate(
  db: pg.ClientBase,
  operation: Operation,
  deletion: Deletion,
  tables: DeletionCertificate["tables"],
  deletedAt: Date,
): Promise<string> {
  const source = (await listSources(db, operation.id)).find(({ id }) => id === deletion.source);
  const { decidedBy, decidedAt, begunAt } = deletion;
  if (source === undefined || decidedBy === null || decidedAt === null || begunAt === null)
    throw new Error(`deletion ${deletion.id} was not approved, or its source is gone`);
  const certificate: DeletionCertificate = {
    schema: "muster/deletion-certificate/1",
    id: deletion.publicId,
    operation: operation.code,
    source: source.code,
    delivery: {
      id: deletion.deliveryPublicId,
      sha256: deletion.sha256,
      receivedAt: instant(deletion.receivedAt),
    },
    ground: deletion.ground,
    reason: deletion.reason,
    askedBy: deletion.askedBy,
    askedAt: instant(deletion.askedAt),
    approvedBy: decidedBy,
    approvedAt: instant(decidedAt),
    begunAt: instant(begunAt),
    deletedAt: deletedAt.toISOString(),
    deleted: deletion.counts,
    tables,
    notCovered: [...NOT_COVERED],
  };
  return canonicalJson(certificate);
}

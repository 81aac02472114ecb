import type { Handling } from "#capabilities/operations/index.ts";
import type { Receipt } from "../delivery-contract.ts";
import type { DeliveryOnReceipt } from "../receipt-queries.ts";

/**
 * A receipt as one reader gets it. How many threats were new tells whether others had handed in the same values: the
 * desk alone learns that. Everything else follows from this source's deliveries and from public tables.
 */
export function describeReceipt(
  delivery: DeliveryOnReceipt,
  handling: Handling,
  readsAs: "desk" | "own",
): Receipt {
  const { refusalCode, refusalReason, difference } = delivery;
  return {
    id: delivery.publicId,
    source: { id: delivery.sourceId, code: delivery.sourceCode },
    file: delivery.fileName,
    sha256: delivery.sha256,
    sizeBytes: delivery.sizeBytes,
    receivedAt: instant(delivery.receivedAt),
    state: delivery.state,
    role: delivery.role,
    format: delivery.declaredFormat,
    method: delivery.method,
    purpose: delivery.purpose,
    observedFrom: instant(delivery.observedFrom),
    observedTo: instant(delivery.observedTo),
    marking: {
      tlp: handling.tlp,
      pap: handling.pap,
      codes: [...handling.codes],
      releasableTo: handling.releasableTo === null ? null : [...handling.releasableTo],
      expires: handling.expiresOn,
    },
    defaultsTaken: [...delivery.defaultsTaken],
    progress: { batches: delivery.batches, rows: delivery.rows },
    accepted: delivery.accepted,
    repeated: delivery.repeated,
    refused: { ...delivery.refused },
    ...(readsAs === "desk" ? { newThreats: delivery.newThreats } : {}),
    difference: difference === null ? null : { ...difference },
    repeatOf: delivery.repeatOf,
    previous: delivery.previous,
    refusal: refusalCode === null ? null : { code: refusalCode, reason: refusalReason ?? "" },
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

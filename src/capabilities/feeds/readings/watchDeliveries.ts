import type pg from "pg";
import type { Watched } from "#platform/http/events.ts";
import { listReceipts } from "../receipt-queries.ts";

/** How far the deliveries are that the caller sees. New threats are counted on the desk's receipts, not here. */
export async function watchDeliveries(db: pg.Pool, operation: number): Promise<Watched[]> {
  const deliveries = await listReceipts(db, operation, { source: null, after: null, limit: null });
  return deliveries.map((delivery) => ({
    event: "delivery",
    id: delivery.publicId,
    data: {
      id: delivery.publicId,
      source: delivery.sourceCode,
      file: delivery.fileName,
      state: delivery.state,
      rows: delivery.rows,
      accepted: delivery.accepted,
      repeated: delivery.repeated,
      refused: Object.values(delivery.refused).reduce((sum, count) => sum + count, 0),
      refusal: delivery.refusalCode,
    },
  }));
}

import type { IntakeBatch } from "./batch.ts";
import type { DeliveryFacts } from "./batcher.ts";

/** What the parse thread is started with. Plain data, because it crosses into another thread. */
export interface IntakeOrder {
  readonly file: { readonly path: string; readonly name: string };
  readonly facts: DeliveryFacts;
  readonly format: string | null;
  readonly mapping: Readonly<Record<string, string>> | null;
  /** Default `CLAIMS_PER_BATCH`. A delivery must be resumed with the size it was begun with: its batches are numbered. */
  readonly claimsPerBatch?: number | undefined;
}

/** All a parse thread is given. The public data is jurisdiction's, and only passed on here. */
export interface ThreadData {
  readonly order: IntakeOrder;
  readonly publicData: unknown;
}

/** What the parse thread says. The writer answers each batch; at most two are under way. */
export type IntakeMessage =
  | { readonly say: "batch"; readonly batch: IntakeBatch }
  | {
      readonly say: "part";
      readonly part: number;
      readonly name: string;
      readonly format: string | null;
      readonly rows: number;
      readonly refusal: { readonly code: string; readonly reason: string } | null;
    }
  | { readonly say: "refused"; readonly code: string; readonly reason: string }
  | { readonly say: "done" };

/** The writer's answer to a batch, in the order of the batches: it is committed, its memory is free again. */
export const WRITTEN = "written";

/** Batches that may be posted and not yet written. Two keep both sides busy; more would only fill memory. */
export const BATCHES_UNDER_WAY = 2;

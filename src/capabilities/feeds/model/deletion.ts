/**
 * A deletion from the word of whoever asks to the signed certificate. `asked` waits for the data-protection officer;
 * `running` is the worker's, `certified` the signer's.
 */
export const DELETION_STATES = ["asked", "declined", "approved", "running", "deleted", "certified"] as const;
export type DeletionState = (typeof DELETION_STATES)[number];

export const DELETION_GROUNDS = ["retention", "owner", "protection"] as const;

/** Who asks, by what he is in the operation. */
export type DeletionAsker = "owner" | "desk" | "data-protection";

/**
 * What a request becomes at once. What the owner of the data wants gone, goes: the house only holds it for him
 * (domain.md 5.1). What the data-protection officer orders goes too; what the desk asks for waits for that officer.
 */
export function firstStateOf(asker: DeletionAsker): "asked" | "approved" {
  return asker === "desk" ? "asked" : "approved";
}

/** The state after a decision, or null when there is nothing to decide any more. */
export function decideDeletion(state: DeletionState, decision: "approve" | "decline"): DeletionState | null {
  if (state !== "asked") return null;
  return decision === "approve" ? "approved" : "declined";
}

/**
 * Whether a reason names somebody: it stands in the certificate, which holds nothing of what was deleted. Addresses
 * and long numbers are what persons are named by here.
 */
export function namesSomebody(reason: string): boolean {
  return /@|:\/\/|\d(?:[ .()/-]?\d){7,}/.test(reason.replaceAll(/\d{4}-\d{2}-\d{2}/g, ""));
}

const DAY_MS = 86_400_000;
const LONGEST_POSTPONEMENT_DAYS = 365;
/** Beyond this nothing is kept, whoever postpones. */
const LONGEST_KEEPING_DAYS = 3652;

/**
 * The latest day (ISO date) to which a deletion may be put off: a year from today, and never more than ten years after
 * the last receipt, so that putting off year after year ends.
 */
export function latestPostponement(today: number, lastReceivedAt: number): string {
  const latest = Math.min(
    today + LONGEST_POSTPONEMENT_DAYS * DAY_MS,
    lastReceivedAt + LONGEST_KEEPING_DAYS * DAY_MS,
  );
  return new Date(latest).toISOString().slice(0, 10);
}

import { LONGEST_RETENTION_DAYS } from "../contract.ts";

/** Victims and witnesses did nothing: a year, unless the operation says otherwise. */
const VICTIM_RETENTION_DAYS = 365;

const DAY_MS = 86_400_000;

interface RetentionRules {
  readonly days?: number | undefined;
  readonly victimDays?: number | undefined;
  readonly sources?: Readonly<Record<string, number>> | undefined;
}

/**
 * How many days a delivery may be kept: the shortest of what the operation says, what it says for this source, and,
 * where the delivery speaks of victims, for those.
 */
export function retentionDaysOf(rules: RetentionRules, source: string, holdsVictims: boolean): number {
  const general = rules.days ?? LONGEST_RETENTION_DAYS;
  const ofSource = rules.sources?.[source] ?? general;
  const ofVictims = holdsVictims ? (rules.victimDays ?? VICTIM_RETENTION_DAYS) : general;
  return Math.min(general, ofSource, ofVictims, LONGEST_RETENTION_DAYS);
}

/**
 * The day (ISO date, UTC) by which it is deleted.
 * @param receivedAt milliseconds since the epoch
 */
export function deleteBy(receivedAt: number, days: number): string {
  return new Date(receivedAt + days * DAY_MS).toISOString().slice(0, 10);
}

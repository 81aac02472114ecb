import type { Random } from "./random.ts";
import type { Role } from "./world.ts";

export const OPERATION_FROM = "2026-09-01";
export const OPERATION_TO = "2026-12-31";
export const AS_OF = "2026-11-15T00:00:00Z";
export const OBSERVED_FROM = "2026-09-01";
export const OBSERVED_TO = "2026-11-14";

export const DAY_MS = 86_400_000;
export const AS_OF_MS = Date.parse(AS_OF);
const FIRST_DAY_MS = Date.parse(`${OBSERVED_FROM}T00:00:00Z`);
/** Day 0 is 1 September; the last day on which anything is seen is 14 November. */
export const LAST_DAY = (AS_OF_MS - FIRST_DAY_MS) / DAY_MS - 1;

/** How many days a positive observation keeps a threat active (rule C-5). Victims have no such window. */
export const ACTIVE_DAYS: Readonly<Record<Role, number | null>> = {
  c2: 14,
  phishing: 7,
  compromised: 30,
  victim: null,
};

export type Precision = "none" | "day" | "minute" | "second";

/**
 * The day on which a window opens is never used: whether that very instant counts is a question of taste
 * that the exercise must not decide.
 */
export function isEdgeDay(role: Role, day: number): boolean {
  const window = ACTIVE_DAYS[role];
  return window !== null && day === LAST_DAY + 1 - window;
}

/** The last day on which a thing is seen alive: about half of them recently enough to be active. */
export function chooseLastDay(random: Random, role: Role): number {
  const window = ACTIVE_DAYS[role] ?? 20;
  const edge = LAST_DAY + 1 - window;
  return random.chance(0.55) ? edge + 1 + random.below(LAST_DAY - edge) : 1 + random.below(edge - 1);
}

/** An instant on that day in working hours, cut to what the source's file can express. */
export function instantOn(random: Random, day: number, precision: Precision): number {
  const start = FIRST_DAY_MS + day * DAY_MS;
  if (precision === "day") return start;
  const minutes = 6 * 60 + random.below(12 * 60);
  const seconds = precision === "second" ? random.below(60) : 0;
  return start + minutes * 60_000 + seconds * 1000;
}

export function dayOf(instant: number): number {
  return Math.floor((instant - FIRST_DAY_MS) / DAY_MS);
}

export function isoSecond(instant: number | null): string {
  return instant === null ? "" : new Date(instant).toISOString().replace(".000Z", "Z");
}

export function spacedSecond(instant: number | null): string {
  return isoSecond(instant).replace("T", " ").replace("Z", "");
}

/** `14/11/2026 07:31` as European offices write it. */
export function slashedMinute(instant: number | null): string {
  if (instant === null) return "";
  const [date = "", time = ""] = isoSecond(instant).split("T");
  return `${date.split("-").reverse().join("/")} ${time.slice(0, 5)}`;
}

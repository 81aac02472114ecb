import { Problem } from "#platform/problem.ts";

/**
 * How a clearance stands (domain.md, originator control): asked, granted within a scope and until an instant, refused,
 * or without an answer, which counts as refused. Only the originator answers; a grant ends by itself or by his word.
 */
export type ClearanceState = "asked" | "granted" | "expired" | "refused" | "no-answer" | "withdrawn";

/** As far as its state decides. Instants in milliseconds since the epoch, UTC. */
export interface KeptClearance {
  readonly state: "asked" | "granted" | "refused" | "withdrawn";
  readonly answerBy: number;
  readonly grantedUntil: number | null;
  readonly countries: readonly string[];
  /** Null when all that a delivery said is asked for. */
  readonly threats: readonly string[] | null;
}

/** What the originator says to the request. */
export type ClearanceAnswer =
  | { readonly answer: "refuse"; readonly note: string | null }
  | {
      readonly answer: "grant";
      readonly note: string | null;
      readonly countries: readonly string[];
      /** Fewer than were asked for; null grants all of them. */
      readonly threats: readonly string[] | null;
      readonly until: number;
    };

export function stateOfClearance(
  clearance: Pick<KeptClearance, "state" | "answerBy" | "grantedUntil">,
  now: number,
): ClearanceState {
  if (clearance.state === "asked") return clearance.answerBy < now ? "no-answer" : "asked";
  if (clearance.state !== "granted") return clearance.state;
  return clearance.grantedUntil !== null && clearance.grantedUntil > now ? "granted" : "expired";
}

/**
 * Whether this answer may be given now; what is granted lies within what was asked.
 * @throws Problem `conflict` when it was answered or is overdue, `invalid` when more is granted than was asked for
 */
export function assertAnswerable(clearance: KeptClearance, answer: ClearanceAnswer, now: number): void {
  const state = stateOfClearance(clearance, now);
  if (state === "no-answer")
    throw conflict("The time to answer has passed, which counts as a refusal. The desk can ask again.");
  if (state !== "asked") throw conflict(`This request stands as ${state} already. The desk can ask again.`);
  if (answer.answer === "refuse") return;
  const isWithin = (granted: readonly string[], asked: readonly string[]) =>
    granted.every((one) => asked.includes(one));
  if (!isWithin(answer.countries, clearance.countries))
    throw tooMuch("countries", "The grant names a country that was not asked for.");
  if (answer.threats !== null && !isWithin(answer.threats, clearance.threats ?? []))
    throw tooMuch("threats", "The grant names a threat that was not asked for.");
  if (answer.until <= now) throw tooMuch("until", "The grant ends before it begins.");
}

/** @throws Problem `conflict` when there is no grant to take back */
export function assertWithdrawable(clearance: KeptClearance, now: number): void {
  const state = stateOfClearance(clearance, now);
  if (state !== "granted") throw conflict(`There is no grant to withdraw: this request stands as ${state}.`);
}

function conflict(say: string): Problem {
  return new Problem("conflict", { code: "feeds.clearance_stands", say });
}

function tooMuch(what: string, say: string): Problem {
  return new Problem("invalid", { code: `feeds.clearance_${what}`, say });
}

/** From the day a person's request came in to the answer (requirement SD-6). */
export const REQUEST_STATES = [
  ...(["registered", "searched", "consulting", "decided", "answered", "withdrawn"] as const),
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];
export type RequestStep = "search" | "consult" | "decide" | "answer" | "withdraw";

const NEXT: Readonly<Record<RequestState, Partial<Readonly<Record<RequestStep, RequestState>>>>> = {
  registered: { search: "searched", withdraw: "withdrawn" },
  // Where nothing is held nobody has to be consulted.
  searched: { search: "searched", consult: "consulting", decide: "decided", withdraw: "withdrawn" },
  consulting: { decide: "decided", withdraw: "withdrawn" },
  decided: { answer: "answered" },
  answered: {},
  withdrawn: {},
};

/** The state after a step, or null when the step is not possible now. */
export function nextRequestState(state: RequestState, step: RequestStep): RequestState | null {
  return NEXT[state][step] ?? null;
}

export interface Consultation {
  readonly answer: "no-objection" | "objects" | null;
}

/** Whether what a source gave may be told to the person. Silence beyond the deadline is an objection. */
export type Disclosure = "yes" | "no" | "pending";

/** @param today and `dueOn` ISO dates; a source that was never consulted has not agreed to anything */
export function disclosureOf(
  consultation: Consultation | undefined,
  dueOn: string | null,
  today: string,
): Disclosure {
  if (consultation === undefined || dueOn === null) return "pending";
  if (consultation.answer !== null) return consultation.answer === "no-objection" ? "yes" : "no";
  return today > dueOn ? "no" : "pending";
}

export type RequestOutcome = "granted" | "granted-in-part" | "refused" | "nothing-held";

/** Outcomes that these disclosures allow; none while a source may still answer. */
export function outcomesFor(disclosures: readonly Disclosure[]): readonly RequestOutcome[] {
  if (disclosures.includes("pending")) return [];
  if (disclosures.length === 0) return ["nothing-held"];
  if (!disclosures.includes("no")) return ["granted", "granted-in-part", "refused"];
  return disclosures.includes("yes") ? ["granted-in-part", "refused"] : ["refused"];
}

import { Problem } from "#platform/problem.ts";

export type StoredState = "open" | "accepted" | "declined" | "withdrawn";
export type InvitationState = StoredState | "expired";
export type InvitationEvent = "accept" | "decline" | "delegate" | "withdraw";

/** From, event, to. What is not listed does not happen. An invitation that was passed on is open for somebody else. */
const TRANSITIONS: Readonly<
  Record<InvitationState, Readonly<Partial<Record<InvitationEvent, StoredState>>>>
> = {
  open: { accept: "accepted", decline: "declined", delegate: "open", withdraw: "withdrawn" },
  accepted: {},
  declined: {},
  withdrawn: {},
  expired: {},
};

/**
 * The state after an event.
 * @throws Problem `conflict`, named after the state that does not know the event
 */
export function moveInvitation(state: InvitationState, event: InvitationEvent): StoredState {
  const to = TRANSITIONS[state][event];
  if (to !== undefined) return to;
  throw new Problem("conflict", {
    code: `people.invitation_${state}`,
    say: `This invitation is ${state}. ${AFTERWARDS[state]}`,
  });
}

const AFTERWARDS: Readonly<Record<InvitationState, string>> = {
  open: "It can be accepted, declined, passed on or withdrawn.",
  accepted: "A role that came of it is ended among the members of the operation.",
  declined: "Ask the coordinators for another one.",
  withdrawn: "Ask the coordinators for another one.",
  expired: "Ask the coordinators for another one.",
};

/** The state at an instant: an open invitation expires by itself, and nothing has to run for it. */
export function stateAt(
  invitation: { readonly state: StoredState; readonly answerUntil: Date },
  now: Date,
): InvitationState {
  return invitation.state === "open" && invitation.answerUntil.getTime() <= now.getTime()
    ? "expired"
    : invitation.state;
}

/** Whose word counts: anybody of the invited organisation, or the colleague alone to whom it handed the answer. */
export function mayAnswer(
  officer: { readonly id: number; readonly organisation: number },
  invitation: { readonly organisation: number; readonly officer: number | null },
): "yes" | "colleague-only" | "not-invited" {
  if (invitation.organisation !== officer.organisation) return "not-invited";
  return invitation.officer === null || invitation.officer === officer.id ? "yes" : "colleague-only";
}

import { describe, expect, it } from "vitest";
import {
  type InvitationEvent,
  type InvitationState,
  mayAnswer,
  moveInvitation,
  stateAt,
} from "./invitation.ts";

const STATES: readonly InvitationState[] = ["open", "accepted", "declined", "withdrawn", "expired"];
const EVENTS: readonly InvitationEvent[] = ["accept", "decline", "delegate", "withdraw"];

describe("an invitation", () => {
  it("moves from open to what each event says, and refuses every other step under the name of its state", () => {
    const moves = STATES.flatMap((state) =>
      EVENTS.map((event) => {
        try {
          return `${state} ${event}: ${moveInvitation(state, event)}`;
        } catch (problem) {
          expect(problem).toMatchObject({ kind: "conflict", code: `people.invitation_${state}` });
          return null;
        }
      }),
    ).filter((move) => move !== null);
    expect(moves).toEqual([
      "open accept: accepted",
      "open decline: declined",
      "open delegate: open",
      "open withdraw: withdrawn",
    ]);
  });

  it("expires at its instant when nobody has answered, and stays what it became when somebody has", () => {
    const at = new Date("2026-10-01T00:00:00Z");
    const before = new Date(at.getTime() - 1);
    expect(stateAt({ state: "open", answerUntil: at }, before)).toBe("open");
    expect(stateAt({ state: "open", answerUntil: at }, at)).toBe("expired");
    expect(stateAt({ state: "accepted", answerUntil: at }, at)).toBe("accepted");
  });

  it("is answered by anybody of the invited organisation until it is handed to one of them", () => {
    const officer = { id: 7, organisation: 3 };
    expect(mayAnswer(officer, { organisation: 3, officer: null })).toBe("yes");
    expect(mayAnswer(officer, { organisation: 3, officer: 7 })).toBe("yes");
    expect(mayAnswer(officer, { organisation: 3, officer: 8 })).toBe("colleague-only");
    expect(mayAnswer(officer, { organisation: 4, officer: 7 })).toBe("not-invited");
  });
});

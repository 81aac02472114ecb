import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { findActor, findOfficerAccount, findOrganisation, type OfficerAccount } from "../admin-queries.ts";
import type { Delegation } from "../contract.ts";
import {
  type Invitation,
  insertInvitationEvent,
  lockInvitation,
  type OpenInvitation,
  updateInvitation,
} from "../invitation-queries.ts";
import { insertRole, lockMembers } from "../member-queries.ts";
import { type InvitationEvent, mayAnswer, moveInvitation, stateAt } from "../model/invitation.ts";
import { canHold } from "../model/lattice.ts";
import type { Officer } from "../queries.ts";
import type { Desk } from "./giveRole.ts";
import { invitationOf, noInvitation } from "./invite.ts";

/**
 * The officer becomes a member in the role that the invitation names, given by who invited.
 * @throws Problem `not-found` also for one to another organisation, `forbidden`, `conflict` named after its state
 */
export async function acceptInvitation(desk: Desk, officer: Officer, publicId: string): Promise<Invitation> {
  await answer(desk, officer, publicId, "accept", async (db, invitation) => {
    await lockMembers(db, invitation.operation);
    // Null when he has the role already: then the invitation is accepted and nothing is given twice.
    await insertRole(db, {
      officer: officer.id,
      operation: invitation.operation,
      role: invitation.role,
      country: invitation.country,
      source: invitation.source,
      from: null,
      until: invitation.memberUntil,
      givenBy: invitation.invitedBy,
    });
    return { reason: null, to: null };
  });
  return invitationOf(desk.app, publicId);
}

export async function declineInvitation(
  desk: Desk,
  officer: Officer,
  publicId: string,
  reason: string,
): Promise<Invitation> {
  await answer(desk, officer, publicId, "decline", async () => ({ reason, to: null }));
  return invitationOf(desk.app, publicId);
}

/**
 * Passes it on: to a colleague, who alone can answer from then on, or to another organisation, whose it then is.
 * @throws Problem as above, and `invalid` when nobody of that name can take this role
 */
export async function delegateInvitation(
  desk: Desk,
  officer: Officer,
  publicId: string,
  { to, reason }: Delegation,
): Promise<void> {
  await answer(desk, officer, publicId, "delegate", async (db, invitation, actor) => ({
    reason: reason === "" ? null : reason,
    to:
      "colleague" in to
        ? await colleagueOf(db, actor, to.colleague)
        : await otherOf(db, invitation, to.organisation),
  }));
}

interface Addressee {
  readonly organisation: number;
  readonly officer: number | null;
}

/** Loads the invitation once, decides about that one, and moves that one. */
function answer(
  desk: Desk,
  officer: Officer,
  publicId: string,
  event: InvitationEvent,
  effect: (
    db: pg.ClientBase,
    invitation: OpenInvitation,
    actor: OfficerAccount,
  ) => Promise<{ readonly reason: string | null; readonly to: Addressee | null }>,
): Promise<void> {
  return transaction(desk.gate, async (db) => {
    const invitation = await lockInvitation(db, publicId);
    const actor = await findActor(db, officer.id);
    if (invitation === null || actor === null) throw noInvitation();
    const may = mayAnswer({ id: actor.id, organisation: actor.organisation.id }, invitation);
    if (may === "not-invited") throw noInvitation();
    if (may === "colleague-only") {
      throw new Problem("forbidden", {
        code: "people.colleague_answers",
        say: "This invitation was handed to a colleague of yours, who answers it.",
      });
    }
    const state = moveInvitation(stateAt(invitation, desk.now), event);
    const { reason, to } = await effect(db, invitation, actor);
    await updateInvitation(db, invitation.id, {
      state,
      organisation: to?.organisation ?? invitation.organisation,
      officer: to === null ? invitation.officer : to.officer,
    });
    await insertInvitationEvent(db, {
      invitation: invitation.id,
      event,
      actor: actor.id,
      reason,
      toOrganisation: to?.organisation ?? null,
      toOfficer: to?.officer ?? null,
    });
  });
}

async function colleagueOf(db: pg.ClientBase, actor: OfficerAccount, publicId: string): Promise<Addressee> {
  const colleague = await findOfficerAccount(db, publicId);
  const isOne =
    colleague !== null &&
    colleague.endedAt === null &&
    colleague.id !== actor.id &&
    colleague.organisation.id === actor.organisation.id;
  if (isOne) return { organisation: actor.organisation.id, officer: colleague.id };
  throw new Problem("invalid", {
    code: "people.not_a_colleague",
    say: "There is no other officer of this id in your organisation.",
  });
}

/** The same words for an organisation that does not exist, one that cannot hold the role, and one's own. */
async function otherOf(db: pg.ClientBase, invitation: OpenInvitation, code: string): Promise<Addressee> {
  const other = await findOrganisation(db, code);
  const fits =
    other !== null &&
    other.id !== invitation.organisation &&
    canHold(other, invitation.role, invitation.country, invitation.source);
  if (fits) return { organisation: other.id, officer: null };
  throw new Problem("invalid", {
    code: "people.nobody_to_pass_on_to",
    say: `"${code}" is no other organisation that can take this role.`,
  });
}

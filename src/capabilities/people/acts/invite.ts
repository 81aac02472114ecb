import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { findBureau, findOrganisation, type Organisation } from "../admin-queries.ts";
import type { NewInvitation } from "../contract.ts";
import {
  findInvitation,
  type Invitation,
  insertInvitation,
  insertInvitationEvent,
  isInvited,
  lockInvitation,
  updateInvitation,
} from "../invitation-queries.ts";
import { lockMembers } from "../member-queries.ts";
import { moveInvitation, stateAt } from "../model/invitation.ts";
import type { Officer } from "../queries.ts";
import { refuseGiver, refuseUnfitRole } from "../role-fit.ts";
import type { Desk } from "./giveRole.ts";

/**
 * Invites an organisation, or a country's bureau, in a role that the officer may give. It is the organisation's from
 * the statement on that makes it.
 * @throws Problem `forbidden`, `invalid`, `conflict` when the same is open already
 */
export async function invite(
  desk: Desk,
  officer: Officer,
  operation: number,
  asked: NewInvitation,
): Promise<Invitation> {
  refuseInstants(asked, desk.now);
  const publicId = await transaction(desk.gate, async (db) => {
    await lockMembers(db, operation);
    const role = {
      operation,
      role: asked.role,
      country: asked.country ?? null,
      source: asked.source ?? null,
    };
    await refuseGiver(db, officer.id, role);
    const organisation = await addresseeOf(db, asked.to);
    const scope = await refuseUnfitRole(db, organisation, role);
    if (await isInvited(db, { ...role, organisation: organisation.id })) {
      throw new Problem("conflict", {
        code: "people.already_invited",
        say: "This organisation has an open invitation to this role. Withdraw it first, or wait for the answer.",
      });
    }
    const made = await insertInvitation(db, {
      ...role,
      operationCode: scope.code,
      operationName: scope.name,
      organisation: organisation.id,
      message: asked.message,
      answerUntil: asked.answerUntil,
      memberUntil: asked.memberUntil ?? null,
      invitedBy: officer.id,
    });
    await insertInvitationEvent(db, {
      invitation: made.id,
      event: "invite",
      actor: officer.id,
      reason: null,
      toOrganisation: organisation.id,
      toOfficer: null,
    });
    return made.publicId;
  });
  return invitationOf(desk.app, publicId);
}

/** @throws Problem `not-found` also for one of another operation, `forbidden`, `conflict` named after its state */
export async function withdrawInvitation(
  desk: Desk,
  officer: Officer,
  operation: number,
  publicId: string,
  reason: string,
): Promise<Invitation> {
  await transaction(desk.gate, async (db) => {
    const invitation = await lockInvitation(db, publicId);
    if (invitation === null || invitation.operation !== operation) throw noInvitation();
    await refuseGiver(db, officer.id, invitation);
    const state = moveInvitation(stateAt(invitation, desk.now), "withdraw");
    await updateInvitation(db, invitation.id, {
      state,
      organisation: invitation.organisation,
      officer: invitation.officer,
    });
    await insertInvitationEvent(db, {
      invitation: invitation.id,
      event: "withdraw",
      actor: officer.id,
      reason,
      toOrganisation: null,
      toOfficer: null,
    });
  });
  return invitationOf(desk.app, publicId);
}

/** As the caller sees it after his act. */
export async function invitationOf(app: pg.Pool, publicId: string): Promise<Invitation> {
  const invitation = await findInvitation(app, publicId);
  if (invitation === null) throw new Error("the invitation was there a moment ago");
  return invitation;
}

/** The same for one that does not exist and one that is somebody else's. */
export function noInvitation(): Problem {
  return new Problem("not-found", { code: "people.no_invitation", say: "There is no such invitation." });
}

async function addresseeOf(db: pg.ClientBase, to: NewInvitation["to"]): Promise<Organisation> {
  const organisation =
    "bureauOf" in to ? await findBureau(db, to.bureauOf) : await findOrganisation(db, to.organisation);
  if (organisation !== null) return organisation;
  throw new Problem("invalid", {
    code: "people.unknown_organisation",
    say:
      "bureauOf" in to
        ? `No organisation is named as the bureau of ${to.bureauOf}. An administrator can name one.`
        : `There is no organisation "${to.organisation}".`,
  });
}

function refuseInstants({ answerUntil, memberUntil }: NewInvitation, now: Date): void {
  if (Date.parse(answerUntil) <= now.getTime()) {
    throw new Problem("invalid", {
      code: "people.answer_in_the_past",
      say: "The instant until which it can be answered has passed.",
    });
  }
  if (memberUntil !== undefined && Date.parse(memberUntil) <= Date.parse(answerUntil)) {
    throw new Problem("invalid", {
      code: "people.role_ends_first",
      say: "The role would end before the invitation does.",
    });
  }
}

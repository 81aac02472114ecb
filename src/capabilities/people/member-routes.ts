import { bind } from "#platform/http/handler.ts";
import {
  acceptInvitation as acceptAct,
  declineInvitation as declineAct,
  delegateInvitation as delegateAct,
} from "./acts/answerInvitation.ts";
import { changeCountryProfile as changeProfileAct, noProfile } from "./acts/changeCountryProfile.ts";
import { type Desk, endRole as endRoleAct, giveRole as giveRoleAct } from "./acts/giveRole.ts";
import { invite as inviteAct, withdrawInvitation as withdrawAct } from "./acts/invite.ts";
import { listOrganisations } from "./admin-queries.ts";
import { type Caller, officerOf, operationOf } from "./caller.ts";
import {
  acceptInvitation,
  changeCountryProfile,
  declineInvitation,
  delegateInvitation,
  endRole,
  findCountryProfile,
  giveRole,
  invite,
  listCountryProfiles,
  listInvitable,
  listInvitationsOfOperation,
  listMembers,
  listMyInvitations,
  withdrawInvitation,
} from "./contract.ts";
import { type Invitation, listInvitationsOf, listInvitationsToCaller } from "./invitation-queries.ts";
import { listMembers as listAll, type Member } from "./member-queries.ts";
import { stateAt } from "./model/invitation.ts";
import { type CountryProfile, listProfiles } from "./profile-queries.ts";

/** Members, invitations, country profiles. What is read is read as the caller: the database's policies filter it. */
export const routes = [
  bind(listMembers, async (_request, caller: Caller) => ({
    members: (await listAll(caller.app, operationOf(caller).id)).map(memberOf),
  })),
  bind(giveRole, async ({ body }, caller: Caller) =>
    memberOf(await giveRoleAct(deskOf(caller), officerOf(caller), operationOf(caller).id, body)),
  ),
  bind(endRole, async ({ params, body }, caller: Caller) => {
    const { membership } = params;
    await endRoleAct(deskOf(caller), officerOf(caller), operationOf(caller).id, membership, body.reason);
    return { id: membership, ended: true as const };
  }),
  bind(listInvitable, async (_request, { gate }: Caller) => ({
    organisations: await listOrganisations(gate),
  })),
  bind(listInvitationsOfOperation, async (_request, caller: Caller) => ({
    invitations: (await listInvitationsOf(caller.app, operationOf(caller).id)).map(describedAt(caller)),
  })),
  bind(invite, async ({ body }, caller: Caller) =>
    describedAt(caller)(await inviteAct(deskOf(caller), officerOf(caller), operationOf(caller).id, body)),
  ),
  bind(withdrawInvitation, async ({ params, body }, caller: Caller) =>
    describedAt(caller)(
      await withdrawAct(
        deskOf(caller),
        officerOf(caller),
        operationOf(caller).id,
        params.invitation,
        body.reason,
      ),
    ),
  ),
  bind(listMyInvitations, async (_request, caller: Caller) => ({
    invitations: (await listInvitationsToCaller(caller.app)).map(describedAt(caller)),
  })),
  bind(acceptInvitation, async ({ params }, caller: Caller) =>
    describedAt(caller)(await acceptAct(deskOf(caller), officerOf(caller), params.invitation)),
  ),
  bind(declineInvitation, async ({ params, body }, caller: Caller) =>
    describedAt(caller)(await declineAct(deskOf(caller), officerOf(caller), params.invitation, body.reason)),
  ),
  bind(delegateInvitation, async ({ params, body }, caller: Caller) => {
    await delegateAct(deskOf(caller), officerOf(caller), params.invitation, body);
    return { id: params.invitation, passedOn: true as const };
  }),
  bind(findCountryProfile, async ({ params }, caller: Caller) => {
    const [profile] = await listProfiles(caller.app, params.country);
    if (profile === undefined) throw noProfile();
    return profileOf(profile);
  }),
  bind(listCountryProfiles, async ({ params }, caller: Caller) => {
    const versions = await listProfiles(caller.app, params.country);
    if (versions.length === 0) throw noProfile();
    return { versions: versions.map(profileOf) };
  }),
  bind(changeCountryProfile, async ({ params, body }, caller: Caller) =>
    profileOf(await changeProfileAct(deskOf(caller), officerOf(caller), params.country, body)),
  ),
];

function deskOf({ app, gate, clock }: Caller): Desk {
  return { app, gate, now: new Date(clock.now()) };
}

function memberOf({ from, until, ...member }: Member) {
  return { ...member, from: from.toISOString(), until: until?.toISOString() ?? null };
}

/** Expiry is told as the event it is, though no row says it. */
function describedAt(caller: Caller) {
  const now = new Date(caller.clock.now());
  return ({ answerUntil, memberUntil, history, ...invitation }: Invitation) => {
    const state = stateAt({ state: invitation.state, answerUntil }, now);
    const expired = {
      event: "expire" as const,
      at: answerUntil.toISOString(),
      actor: null,
      reason: null,
      to: null,
    };
    return {
      ...invitation,
      state,
      answerUntil: answerUntil.toISOString(),
      memberUntil: memberUntil?.toISOString() ?? null,
      history: [
        ...history.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
        ...(state === "expired" ? [expired] : []),
      ],
    };
  };
}

function profileOf({ changedAt, ...profile }: CountryProfile) {
  return { ...profile, changedAt: changedAt.toISOString() };
}

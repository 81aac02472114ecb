import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { approveRecovery, refuseRecovery } from "./acts/decideRecovery.ts";
import { type IssuedEnrolment, issueEnrolment } from "./acts/issueEnrolment.ts";
import { requestRecovery } from "./acts/requestRecovery.ts";
import { type Caller, officerOf } from "./caller.ts";
import { enrolmentLink } from "./front-door.ts";
import { listRecoveries } from "./recovery-queries.ts";
import * as contract from "./sign-in-contract.ts";
import { findAccount } from "./sign-in-queries.ts";

/** Of administrators: letting officers in, and letting them in again. */
export const recoveryRoutes = [
  bind(contract.issueLink, async ({ params }, caller: Caller) => {
    const account = await findAccount(caller.gate, params.officer);
    if (account === null)
      throw new Problem("not-found", { code: "people.no_officer", say: "There is no such officer." });
    return linkOf(caller, await issueEnrolment(caller.gate, account.id, officerOf(caller).id));
  }),
  bind(contract.requestRecovery, async ({ body }, caller: Caller) => ({
    id: await requestRecovery(caller.gate, { ...body, by: officerOf(caller).id }),
  })),
  bind(contract.listRecoveries, async (_request, caller: Caller) => ({
    recoveries: (await listRecoveries(caller.gate)).map((each) => ({
      id: each.publicId,
      officer: { id: each.officerPublicId, name: each.officerName },
      reason: each.reason,
      requestedBy: each.requestedByName,
      requestedAt: each.requestedAt.toISOString(),
      expiresAt: each.expiresAt.toISOString(),
      isYours: each.requestedBy === officerOf(caller).id,
    })),
  })),
  bind(contract.approveRecovery, async ({ params }, caller: Caller) =>
    linkOf(caller, await approveRecovery(caller.gate, params.recovery, officerOf(caller).id)),
  ),
  bind(contract.refuseRecovery, async ({ params }, caller: Caller) => {
    await refuseRecovery(caller.gate, params.recovery, officerOf(caller).id);
    return { refused: true as const };
  }),
];

function linkOf({ door }: Caller, { token, expiresAt }: IssuedEnrolment) {
  return { link: enrolmentLink(door, token), expiresAt: expiresAt.toISOString() };
}

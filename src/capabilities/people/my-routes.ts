import { bind, type ReplyHeaders } from "#platform/http/handler.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { addPasskey, checkNewPasskey, offerPasskey } from "./acts/addPasskey.ts";
import { bindIdentity } from "./acts/bindIdentity.ts";
import { endMyPasskey } from "./acts/endMyPasskey.ts";
import { limitAttempts } from "./acts/limitAttempts.ts";
import { FLOW_SECONDS, leaveForProvider, proveAtProvider } from "./acts/proveAtProvider.ts";
import { askForPasskey, provePasskey } from "./acts/provePasskey.ts";
import { provePassword } from "./acts/provePassword.ts";
import { checkNewPassword, offerTotp, setPassword } from "./acts/setPassword.ts";
import { type Caller, officerOf } from "./caller.ts";
import { flowCookie, sessionCookie } from "./front-door.ts";
import { notRecognised } from "./refusals.ts";
import * as contract from "./sign-in-contract.ts";
import {
  type Account,
  endSessions,
  findAccount,
  findOfficerOfIdentity,
  findOtherWays,
  listPasskeys,
  listSessions,
  stepUpSession,
} from "./sign-in-queries.ts";
import { browserOf } from "./sign-in-routes.ts";

/** Of an officer about himself: proving it once more, his ways in, his sessions. */
export const myRoutes = [
  bind(contract.askForPasskeyAtStepUp, async (_request, caller: Caller) =>
    askForPasskey(caller.gate, caller.door, { purpose: "step-up", officer: officerOf(caller).id }),
  ),
  bind(contract.stepUpWithPasskey, async ({ body }, caller: Caller) => {
    const { gate, door, address } = caller;
    const asked = { purpose: "step-up", officer: officerOf(caller).id } as const;
    await limitAttempts(gate, { account: null, address }, () => provePasskey(gate, door, asked, body.proof));
    return steppedUp(caller);
  }),
  bind(contract.stepUpWithPassword, async ({ body }, caller: Caller) => {
    const { gate, clock, address } = caller;
    const { id, account } = await accountOf(caller);
    // An officer without a password named no account: he is told what everybody is told.
    const named = account ?? "";
    await limitAttempts(gate, { account: named, address }, async () => {
      const officer = await provePassword(gate, { ...body, account: named }, clock.now());
      return officer === id ? officer : null;
    });
    return steppedUp(caller);
  }),
  bind(contract.leaveForStepUp, ({ reply }, caller: Caller) => depart(caller, "step-up", reply)),
  bind(contract.stepUpFromProvider, async ({ body, headers }, caller: Caller) => {
    const identity = await returned(caller, "step-up", body.query, browserOf(headers, caller));
    const officer = await findOfficerOfIdentity(caller.gate, identity.issuer, identity.subject);
    if (officer !== officerOf(caller).id) throw notRecognised();
    return steppedUp(caller);
  }),

  bind(contract.listMyWaysIn, async (_request, caller: Caller) => {
    const { id, account } = await accountOf(caller);
    const { passwordSetAt, issuers } = await findOtherWays(caller.gate, id);
    return {
      account,
      passkeys: (await listPasskeys(caller.gate, id)).map(({ publicId, label, addedAt, usedAt }) => ({
        id: publicId,
        label,
        addedAt: addedAt.toISOString(),
        usedAt: usedAt?.toISOString() ?? null,
      })),
      passwordSetAt: passwordSetAt?.toISOString() ?? null,
      providers: [...issuers],
    };
  }),
  bind(contract.offerAnotherPasskey, async (_request, caller: Caller) =>
    offerPasskey(caller.gate, caller.door, officerOf(caller)),
  ),
  bind(contract.addMyPasskey, async ({ body }, caller: Caller) => {
    const { id } = officerOf(caller);
    const passkey = await checkNewPasskey(caller.gate, caller.door, id, body.passkey);
    await addPasskey(caller.gate, id, passkey, body.label);
    return { added: true as const };
  }),
  bind(contract.endMyPasskey, async ({ params }, caller: Caller) => {
    await endMyPasskey(caller.gate, officerOf(caller).id, params.passkey);
    return { ended: true as const };
  }),
  bind(contract.offerMyTotp, async (_request, caller: Caller) =>
    offerTotp(caller.gate, await accountOf(caller)),
  ),
  bind(contract.setMyPassword, async ({ body }, caller: Caller) => {
    const officer = officerOf(caller);
    const password = await checkNewPassword(caller.gate, officer, body, caller.clock.now());
    await transaction(caller.gate, async (db) => {
      await setPassword(db, officer.id, password);
      await endSessions(db, officer.id, { but: sessionOf(caller) });
    });
    return { set: true as const };
  }),
  bind(contract.leaveToBind, ({ reply }, caller: Caller) => depart(caller, "bind", reply)),
  bind(contract.bindProvider, async ({ body, headers }, caller: Caller) => {
    const identity = await returned(caller, "bind", body.query, browserOf(headers, caller));
    await bindIdentity(caller.gate, officerOf(caller).id, identity);
    return { bound: true as const };
  }),

  bind(contract.listMySessions, async (_request, caller: Caller) => ({
    sessions: (await listSessions(caller.gate, officerOf(caller).id)).map((each) => ({
      id: each.publicId,
      method: each.method,
      openedAt: each.openedAt.toISOString(),
      expiresAt: each.expiresAt.toISOString(),
      isThisOne: each.publicId === sessionOf(caller),
    })),
  })),
  bind(contract.endMySession, async ({ params, reply }, caller: Caller) => {
    const ended = await endSessions(caller.gate, officerOf(caller).id, { only: params.session });
    if (ended === 0) throw new Problem("not-found", { code: "people.no_session", say: "No such session." });
    if (params.session === sessionOf(caller)) reply.header("set-cookie", sessionCookie(caller.door, ""));
    return { ended };
  }),
  bind(contract.endMySessions, async ({ reply }, caller: Caller) => {
    reply.header("set-cookie", sessionCookie(caller.door, ""));
    return { ended: await endSessions(caller.gate, officerOf(caller).id) };
  }),
  bind(contract.signOut, async ({ reply }, caller: Caller) => {
    reply.header("set-cookie", sessionCookie(caller.door, ""));
    return { ended: await endSessions(caller.gate, officerOf(caller).id, { only: sessionOf(caller) }) };
  }),
];

async function steppedUp(caller: Caller): Promise<{ steppedUp: true }> {
  await stepUpSession(caller.gate, sessionOf(caller));
  return { steppedUp: true };
}

async function depart(
  caller: Caller,
  purpose: "bind" | "step-up",
  reply: ReplyHeaders,
): Promise<{ url: string }> {
  const { gate, door } = caller;
  const officer = officerOf(caller).id;
  const { url, browser } = await leaveForProvider(gate, door, { purpose, officer, enrolmentSha256: null });
  reply.header("set-cookie", flowCookie(door, browser, FLOW_SECONDS));
  return { url };
}

/** Whom the provider vouches for, when it was this officer who set out, and for this. */
function returned(caller: Caller, purpose: "bind" | "step-up", query: string, browser: string | undefined) {
  const { gate, door, address } = caller;
  return limitAttempts(gate, { account: null, address }, async () => {
    const back = await proveAtProvider(gate, door, query, browser);
    const isHis = back?.flow.purpose === purpose && back.flow.officer === officerOf(caller).id;
    return isHis ? back.identity : null;
  });
}

function sessionOf({ session }: Caller): string {
  if (session === null) throw new Error("this route must not be for anyone");
  return session.publicId;
}

async function accountOf(caller: Caller): Promise<Account> {
  const account = await findAccount(caller.gate, { id: officerOf(caller).id });
  if (account === null) throw new Error("the officer was there a moment ago");
  return account;
}

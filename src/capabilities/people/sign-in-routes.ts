import { bind, type ReplyHeaders } from "#platform/http/handler.ts";
import { addPasskey, checkNewPasskey, offerPasskey } from "./acts/addPasskey.ts";
import { bindIdentity } from "./acts/bindIdentity.ts";
import { enrolOfficer, officerOfLink } from "./acts/enrolOfficer.ts";
import { limitAttempts } from "./acts/limitAttempts.ts";
import { openSession, sessionOf } from "./acts/openSession.ts";
import { FLOW_SECONDS, leaveForProvider, proveAtProvider } from "./acts/proveAtProvider.ts";
import { askForPasskey, provePasskey } from "./acts/provePasskey.ts";
import { provePassword } from "./acts/provePassword.ts";
import { checkNewPassword, offerTotp, setPassword } from "./acts/setPassword.ts";
import type { Caller } from "./caller.ts";
import { flowCookie, flowCookieName, sessionCookie } from "./front-door.ts";
import { notRecognised } from "./refusals.ts";
import { sha256 } from "./secret-token.ts";
import * as contract from "./sign-in-contract.ts";
import { findOfficerOfIdentity } from "./sign-in-queries.ts";

/** Of whoever is nobody yet: each of these either proves who he is or learns nothing. */
export const signInRoutes = [
  bind(contract.lookAtEnrolment, async ({ body }, { gate, door }: Caller) => {
    const { name, organisation } = await officerOfLink(gate, body.token);
    return { name, organisation, provider: door.oidc !== null };
  }),
  bind(contract.offerFirstPasskey, async ({ body }, { gate, door }: Caller) =>
    offerPasskey(gate, door, await officerOfLink(gate, body.token)),
  ),
  bind(contract.enrolWithPasskey, async ({ body, reply }, caller: Caller) => {
    const { gate, door } = caller;
    const { id } = await officerOfLink(gate, body.token);
    const passkey = await checkNewPasskey(gate, door, id, body.passkey);
    const link = { tokenSha256: sha256(body.token), officer: id };
    const token = await enrolOfficer(gate, link, "passkey", (db) => addPasskey(db, id, passkey, body.label));
    return signedIn(reply, caller, token);
  }),
  bind(contract.offerFirstTotp, async ({ body }, { gate }: Caller) =>
    offerTotp(gate, await officerOfLink(gate, body.token)),
  ),
  bind(contract.enrolWithPassword, async ({ body, reply }, caller: Caller) => {
    const { gate, clock } = caller;
    const officer = await officerOfLink(gate, body.token);
    const password = await checkNewPassword(gate, officer, body, clock.now());
    const link = { tokenSha256: sha256(body.token), officer: officer.id };
    const token = await enrolOfficer(gate, link, "password", (db) => setPassword(db, officer.id, password));
    return signedIn(reply, caller, token);
  }),

  bind(contract.askForPasskeyAtSignIn, async (_request, { gate, door }: Caller) =>
    askForPasskey(gate, door, { purpose: "sign-in", officer: null }),
  ),
  bind(contract.signInWithPasskey, async ({ body, reply }, caller: Caller) => {
    const { gate, door, address } = caller;
    const officer = await limitAttempts(gate, { account: null, address }, () =>
      provePasskey(gate, door, { purpose: "sign-in", officer: null }, body.proof),
    );
    return signedIn(reply, caller, await openSession(gate, officer, "passkey"));
  }),
  bind(contract.signInWithPassword, async ({ body, reply }, caller: Caller) => {
    const { gate, clock, address } = caller;
    const officer = await limitAttempts(gate, { account: body.account, address }, () =>
      provePassword(gate, body, clock.now()),
    );
    return signedIn(reply, caller, await openSession(gate, officer, "password"));
  }),

  bind(contract.leaveForProvider, async ({ body, reply }, { gate, door }: Caller) => {
    const enrolmentSha256 = body.token === undefined ? null : sha256(body.token);
    if (body.token !== undefined) await officerOfLink(gate, body.token);
    const purpose = enrolmentSha256 === null ? "sign-in" : "enrol";
    const { url, browser } = await leaveForProvider(gate, door, { purpose, officer: null, enrolmentSha256 });
    reply.header("set-cookie", flowCookie(door, browser, FLOW_SECONDS));
    return { url };
  }),
  bind(contract.returnFromProvider, async ({ body, headers, reply }, caller: Caller) => {
    const { gate, door, address } = caller;
    const { flow, identity } = await limitAttempts(gate, { account: null, address }, () =>
      proveAtProvider(gate, door, body.query, browserOf(headers, caller)),
    );
    if (flow.enrolmentSha256 !== null) {
      const link = { tokenSha256: flow.enrolmentSha256, officer: null };
      const enrolled = enrolOfficer(gate, link, "oidc", (db, id) => bindIdentity(db, id, identity));
      return signedIn(reply, caller, await enrolled);
    }
    const officer = await findOfficerOfIdentity(gate, identity.issuer, identity.subject);
    if (flow.purpose !== "sign-in" || officer === null) throw notRecognised();
    return signedIn(reply, caller, await openSession(gate, officer, "oidc"));
  }),
];

/** The secret of a way to the provider that this browser keeps. */
export function browserOf(
  headers: Readonly<Record<string, string | undefined>>,
  { door }: Caller,
): string | undefined {
  const prefix = `${flowCookieName(door)}=`;
  const kept = headers.cookie?.split(/; */).find((each) => each.startsWith(prefix));
  return kept?.slice(prefix.length);
}

/** Hands the session to the browser, and its officer to the audit log: until now nobody was asking. */
async function signedIn(reply: ReplyHeaders, caller: Caller, token: string): Promise<{ signedIn: true }> {
  const session = await sessionOf(caller.gate, token);
  if (session === null) throw new Error("the session was opened a moment ago");
  caller.recognise({ officer: session.officer.publicId, session: session.publicId });
  reply.header("set-cookie", sessionCookie(caller.door, token));
  return { signedIn: true };
}

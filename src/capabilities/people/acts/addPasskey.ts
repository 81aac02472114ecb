import { generateRegistrationOptions, verifyRegistrationResponse } from "@simplewebauthn/server";
import type pg from "pg";
import type { FrontDoor } from "../front-door.ts";
import { notRecognised } from "../refusals.ts";
import { sha256 } from "../secret-token.ts";
import type { PasskeyMade } from "../sign-in-contract.ts";
import {
  type Account,
  insertChallenge,
  insertPasskey,
  listPasskeys,
  takeChallenge,
} from "../sign-in-queries.ts";
import { challengeOf, userHandleOf } from "./provePasskey.ts";

/** A passkey that was made for this house and this officer, not stored yet. */
export interface NewPasskey {
  readonly credential: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** Ed25519, ECDSA on P-256, RSA: what every authenticator has one of (COSE numbers). */
const ALGORITHMS = [-8, -7, -257];

/**
 * What an authenticator is asked when it is to make a passkey (WebAuthn, section 5.4): one that is found without a name
 * and that looks at its holder, by PIN or body.
 */
export async function offerPasskey(
  gate: pg.Pool,
  door: FrontDoor,
  officer: Pick<Account, "id" | "publicId" | "name">,
) {
  const known = await listPasskeys(gate, officer.id);
  const options = await generateRegistrationOptions({
    rpName: "Muster",
    rpID: new URL(door.origin).hostname,
    userName: officer.name,
    userDisplayName: officer.name,
    userID: userHandleOf(officer.publicId),
    attestationType: "none",
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ credential }) => ({ id: credential })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  await insertChallenge(gate, { sha256: sha256(options.challenge), purpose: "add", officer: officer.id });
  return options;
}

/**
 * Checks what the authenticator made in answer to `offerPasskey`.
 * @throws Problem `forbidden` when it is not that, was asked of somebody else, or was answered before
 */
export async function checkNewPasskey(
  gate: pg.Pool,
  door: FrontDoor,
  officer: number,
  made: PasskeyMade,
): Promise<NewPasskey> {
  const challenge = challengeOf(made.response.clientDataJSON);
  if (challenge === null) throw notRecognised();
  if (!(await takeChallenge(gate, { sha256: sha256(challenge), purpose: "add", officer })))
    throw notRecognised();
  // The library throws whatever is wrong with the answer; nothing of ours happens inside.
  const checked = await verifyRegistrationResponse({
    response: { ...made, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: door.origin,
    expectedRPID: new URL(door.origin).hostname,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => null);
  if (checked === null || !checked.verified) throw notRecognised();
  const { id, publicKey, counter } = checked.registrationInfo.credential;
  return { credential: id, publicKey, counter, transports: made.response.transports ?? [] };
}

/** @throws Problem `forbidden` when the passkey is known here already */
export async function addPasskey(
  db: pg.ClientBase | pg.Pool,
  officer: number,
  passkey: NewPasskey,
  label: string,
): Promise<void> {
  if (!(await insertPasskey(db, { ...passkey, officer, label }))) throw notRecognised();
}

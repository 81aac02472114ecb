import { generateAuthenticationOptions, verifyAuthenticationResponse } from "@simplewebauthn/server";
import { decodeClientDataJSON } from "@simplewebauthn/server/helpers";
import type pg from "pg";
import type { FrontDoor } from "../front-door.ts";
import { sha256 } from "../secret-token.ts";
import type { PasskeyProof } from "../sign-in-contract.ts";
import {
  countPasskey,
  findPasskey,
  insertChallenge,
  listPasskeys,
  takeChallenge,
} from "../sign-in-queries.ts";

/** For what a proof is asked, and of whom: of nobody in particular at sign-in. */
export type Asked =
  | { readonly purpose: "sign-in"; readonly officer: null }
  | { readonly purpose: "step-up"; readonly officer: number };

/** The question that `provePasskey` takes the answer to. It names no account, so it tells nobody which there are. */
export async function askForPasskey(gate: pg.Pool, door: FrontDoor, asked: Asked) {
  const his = asked.officer === null ? [] : await listPasskeys(gate, asked.officer);
  const options = await generateAuthenticationOptions({
    rpID: new URL(door.origin).hostname,
    userVerification: "required",
    allowCredentials: his.map(({ credential }) => ({ id: credential })),
  });
  await insertChallenge(gate, { sha256: sha256(options.challenge), ...asked });
  return options;
}

/** Whose passkey answered (WebAuthn, section 7.2); null for every answer that is not good, and for a second one. */
export async function provePasskey(
  gate: pg.Pool,
  door: FrontDoor,
  asked: Asked,
  proof: PasskeyProof,
): Promise<number | null> {
  const challenge = challengeOf(proof.response.clientDataJSON);
  if (challenge === null || !(await takeChallenge(gate, { sha256: sha256(challenge), ...asked })))
    return null;
  const passkey = await findPasskey(gate, proof.id);
  if (passkey === null || (asked.officer !== null && passkey.officer !== asked.officer)) return null;
  const { userHandle } = proof.response;
  if (
    userHandle !== undefined &&
    !Buffer.from(userHandle, "base64url").equals(userHandleOf(passkey.officerPublicId))
  )
    return null;
  // The library throws whatever is wrong with the answer; nothing of ours happens inside.
  const checked = await verifyAuthenticationResponse({
    response: { ...proof, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: door.origin,
    expectedRPID: new URL(door.origin).hostname,
    credential: {
      id: passkey.credential,
      publicKey: Uint8Array.from(passkey.publicKey),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => null);
  if (checked === null || !checked.verified) return null;
  const isCounted = await countPasskey(gate, passkey.id, checked.authenticationInfo.newCounter);
  return isCounted ? passkey.officer : null;
}

/** The question that an authenticator says it answers; null when it cannot be read. */
export function challengeOf(clientDataJson: string): string | null {
  try {
    const { challenge } = decodeClientDataJSON(clientDataJson);
    return typeof challenge === "string" ? challenge : null;
  } catch {
    return null;
  }
}

/** What an authenticator keeps of an officer, and hands back as `userHandle`: his public id, no name. */
export function userHandleOf(publicId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(publicId.replaceAll("-", ""), "hex"));
}

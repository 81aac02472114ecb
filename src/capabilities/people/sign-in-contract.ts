import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

/** How officers prove who they are. What other rooms' screens may see of it is here. */

const base64url = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*={0,2}$/, "not base64url");
/** Of a one-time link: what stands behind `#`. */
const linkToken = z
  .string()
  .min(20)
  .max(100)
  .regex(/^[\w-]+$/, "not the secret of a link");
const code = z.string().regex(/^\d{6}$/, "six digits");
/** No bound below: what is too short for a new password is told by a sentence, and at sign-in by nothing. */
const password = z.string().min(1).max(1000);
const label = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[^\p{Control}]*$/u, "printed characters only");
const instant = z.iso.datetime();

const Transports = z
  .array(
    z
      .string()
      .max(32)
      .regex(/^[a-z-]*$/),
  )
  .max(10);

/** `RegistrationResponseJSON` of WebAuthn, section 5.1, without extensions: `toJSON()` of what a browser made. */
export const PasskeyMade = z.strictObject({
  id: base64url,
  rawId: base64url,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).exactOptional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).exactOptional(),
  response: z.strictObject({
    clientDataJSON: base64url,
    attestationObject: base64url,
    authenticatorData: base64url.exactOptional(),
    transports: Transports.exactOptional(),
    publicKey: base64url.exactOptional(),
    publicKeyAlgorithm: z.int().exactOptional(),
  }),
});
export type PasskeyMade = z.infer<typeof PasskeyMade>;

/** `AuthenticationResponseJSON` of the same section. */
export const PasskeyProof = z.strictObject({
  id: base64url,
  rawId: base64url,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).exactOptional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).exactOptional(),
  response: z.strictObject({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.exactOptional(),
  }),
});
export type PasskeyProof = z.infer<typeof PasskeyProof>;

const KnownPasskey = z.object({ id: z.string(), type: z.string() });

/** `PublicKeyCredentialCreationOptionsJSON`: what `parseCreationOptionsFromJSON()` of a browser takes. */
const PasskeyOffer = z.object({
  rp: z.object({ id: z.string().optional(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ alg: z.int(), type: z.literal("public-key") })),
  timeout: z.int().optional(),
  excludeCredentials: z.array(KnownPasskey).optional(),
  authenticatorSelection: z
    .object({
      residentKey: z.string().optional(),
      requireResidentKey: z.boolean().optional(),
      userVerification: z.string().optional(),
    })
    .optional(),
  attestation: z.string().optional(),
});

/** `PublicKeyCredentialRequestOptionsJSON`: what `parseRequestOptionsFromJSON()` takes. */
const PasskeyQuestion = z.object({
  challenge: z.string(),
  rpId: z.string().optional(),
  timeout: z.int().optional(),
  allowCredentials: z.array(KnownPasskey).optional(),
  userVerification: z.string().optional(),
});

const TotpOffer = z.object({
  account: z.string().meta({ description: "the name to type at sign-in" }),
  secret: z.string().meta({ description: "base32, to type into an authenticator app" }),
  uri: z.string().meta({ description: "otpauth://, to show as a picture" }),
});

/** The session itself is in the cookie. */
const SignedIn = z.object({ signedIn: z.literal(true) });
const SteppedUp = z.object({ steppedUp: z.literal(true) });
const Departure = z.object({ url: z.url() });
/** What the provider's redirect brought, as it stood behind `?`. */
const Return = z.strictObject({ query: z.string().min(1).max(8000) });
const IssuedLink = z.object({ link: z.string(), expiresAt: instant });

// For anyone: with a one-time link ------------------------------------------------------------------------------------

export const lookAtEnrolment = {
  id: "people.lookAtEnrolment",
  method: "POST",
  path: "/enrolment",
  summary: "Whose one-time link this is, without using it up",
  access: { for: "anyone" },
  audit: "none",
  body: z.strictObject({ token: linkToken }),
  response: z.object({ name: z.string(), organisation: z.string(), provider: z.boolean() }),
} as const satisfies RouteContract;

export const offerFirstPasskey = {
  id: "people.offerFirstPasskey",
  method: "POST",
  path: "/enrolment/passkey-options",
  summary: "What the officer's authenticator is asked to make",
  access: { for: "anyone" },
  audit: "none",
  body: z.strictObject({ token: linkToken }),
  response: PasskeyOffer,
} as const satisfies RouteContract;

export const enrolWithPasskey = {
  id: "people.enrolWithPasskey",
  method: "POST",
  path: "/enrolment/passkey",
  summary: "Uses the link up: the passkey is the officer's way in, and he is signed in",
  access: { for: "anyone" },
  body: z.strictObject({ token: linkToken, label, passkey: PasskeyMade }),
  response: SignedIn,
} as const satisfies RouteContract;

export const offerFirstTotp = {
  id: "people.offerFirstTotp",
  method: "POST",
  path: "/enrolment/totp",
  summary: "The secret for the officer's authenticator app, and the name he will type",
  access: { for: "anyone" },
  audit: "none",
  body: z.strictObject({ token: linkToken }),
  response: TotpOffer,
} as const satisfies RouteContract;

export const enrolWithPassword = {
  id: "people.enrolWithPassword",
  method: "POST",
  path: "/enrolment/password",
  summary: "Uses the link up: password and code are the officer's way in, and he is signed in",
  access: { for: "anyone" },
  body: z.strictObject({ token: linkToken, password, code }),
  response: SignedIn,
} as const satisfies RouteContract;

// For anyone: signing in ----------------------------------------------------------------------------------------------

export const askForPasskeyAtSignIn = {
  id: "people.askForPasskeyAtSignIn",
  method: "POST",
  path: "/sign-in/passkey-options",
  summary: "A question that any passkey of this house can answer, once, within five minutes",
  access: { for: "anyone" },
  audit: "none",
  response: PasskeyQuestion,
} as const satisfies RouteContract;

export const signInWithPasskey = {
  id: "people.signInWithPasskey",
  method: "POST",
  path: "/sign-in/passkey",
  summary: "Signs the holder of a passkey in",
  access: { for: "anyone" },
  body: z.strictObject({ proof: PasskeyProof }),
  response: SignedIn,
} as const satisfies RouteContract;

export const signInWithPassword = {
  id: "people.signInWithPassword",
  method: "POST",
  path: "/sign-in/password",
  summary: "Signs in who knows password and code; every failure is answered alike",
  access: { for: "anyone" },
  body: z.strictObject({
    account: z.string().regex(/^[a-z0-9-]{1,64}$/, "lower-case letters, digits and hyphens"),
    password,
    code,
  }),
  response: SignedIn,
} as const satisfies RouteContract;

export const leaveForProvider = {
  id: "people.leaveForProvider",
  method: "POST",
  path: "/sign-in/provider",
  summary: "Where to send the browser, to sign in at the identity provider or to enrol with what it says",
  access: { for: "anyone" },
  audit: "none",
  body: z.strictObject({ token: linkToken.optional() }),
  response: Departure,
} as const satisfies RouteContract;

export const returnFromProvider = {
  id: "people.returnFromProvider",
  method: "POST",
  path: "/sign-in/provider/return",
  summary: "Signs in who comes back from the identity provider",
  access: { for: "anyone" },
  body: Return,
  response: SignedIn,
} as const satisfies RouteContract;

// PUT, because POSTs may be repeated by a key, beside which a plain hash of their body is kept: of a password there is none.
// For an officer: proving it once more --------------------------------------------------------------------------------

export const askForPasskeyAtStepUp = {
  id: "people.askForPasskeyAtStepUp",
  method: "POST",
  path: "/me/step-up/passkey-options",
  summary: "A question that one of your passkeys can answer",
  access: { for: "officer" },
  audit: "none",
  response: PasskeyQuestion,
  onceOnly: true,
} as const satisfies RouteContract;

export const stepUpWithPasskey = {
  id: "people.stepUpWithPasskey",
  method: "PUT",
  path: "/me/step-up/passkey",
  summary: "Opens release, export and administration to this session for ten minutes",
  access: { for: "officer" },
  body: z.strictObject({ proof: PasskeyProof }),
  response: SteppedUp,
} as const satisfies RouteContract;

export const stepUpWithPassword = {
  id: "people.stepUpWithPassword",
  method: "PUT",
  path: "/me/step-up/password",
  summary: "The same with password and code",
  access: { for: "officer" },
  body: z.strictObject({ password, code }),
  response: SteppedUp,
} as const satisfies RouteContract;

export const leaveForStepUp = {
  id: "people.leaveForStepUp",
  method: "POST",
  path: "/me/step-up/provider",
  summary: "Where to send the browser, so that the identity provider asks once more",
  access: { for: "officer" },
  audit: "none",
  response: Departure,
  onceOnly: true,
} as const satisfies RouteContract;

export const stepUpFromProvider = {
  id: "people.stepUpFromProvider",
  method: "PUT",
  path: "/me/step-up/provider/return",
  summary: "The same for who comes back from the identity provider",
  access: { for: "officer" },
  body: Return,
  response: SteppedUp,
} as const satisfies RouteContract;

// For an officer: his ways in -----------------------------------------------------------------------------------------

export const listMyWaysIn = {
  id: "people.listMyWaysIn",
  method: "GET",
  path: "/me/ways-in",
  summary: "Your passkeys, whether you have a password, and the providers that vouch for you",
  access: { for: "officer" },
  response: z.object({
    account: z.string().nullable(),
    passkeys: z.array(
      z.object({ id: z.uuid(), label: z.string(), addedAt: instant, usedAt: instant.nullable() }),
    ),
    passwordSetAt: instant.nullable(),
    providers: z.array(z.string()),
  }),
} as const satisfies RouteContract;

export const offerAnotherPasskey = {
  id: "people.offerAnotherPasskey",
  method: "POST",
  path: "/me/passkeys/options",
  summary: "What another authenticator of yours is asked to make",
  access: { for: "officer", stepUp: true },
  response: PasskeyOffer,
  onceOnly: true,
} as const satisfies RouteContract;

export const addMyPasskey = {
  id: "people.addMyPasskey",
  method: "POST",
  path: "/me/passkeys",
  summary: "Adds a passkey",
  access: { for: "officer", stepUp: true },
  body: z.strictObject({ label, passkey: PasskeyMade }),
  response: z.object({ added: z.literal(true) }),
  created: true,
} as const satisfies RouteContract;

export const endMyPasskey = {
  id: "people.endMyPasskey",
  method: "DELETE",
  path: "/me/passkeys/:passkey",
  summary: "Takes a passkey away, unless it is your only way in",
  access: { for: "officer", stepUp: true },
  params: z.strictObject({ passkey: z.uuid() }),
  response: z.object({ ended: z.literal(true) }),
} as const satisfies RouteContract;

export const offerMyTotp = {
  id: "people.offerMyTotp",
  method: "POST",
  path: "/me/password/totp",
  summary: "A new secret for your authenticator app; the old one holds until you set a password with it",
  access: { for: "officer", stepUp: true },
  response: TotpOffer,
  onceOnly: true,
} as const satisfies RouteContract;

export const setMyPassword = {
  id: "people.setMyPassword",
  method: "PUT",
  path: "/me/password",
  summary: "Sets your password with the secret you were just offered; your other sessions end",
  access: { for: "officer", stepUp: true },
  body: z.strictObject({ password, code }),
  response: z.object({ set: z.literal(true) }),
} as const satisfies RouteContract;

export const leaveToBind = {
  id: "people.leaveToBind",
  method: "POST",
  path: "/me/providers",
  summary: "Where to send the browser, so that the identity provider may vouch for you from now on",
  access: { for: "officer", stepUp: true },
  response: Departure,
  onceOnly: true,
} as const satisfies RouteContract;

export const bindProvider = {
  id: "people.bindProvider",
  method: "POST",
  path: "/me/providers/return",
  summary: "Binds what the provider calls you to your account; no e-mail address is looked at",
  access: { for: "officer", stepUp: true },
  body: Return,
  response: z.object({ bound: z.literal(true) }),
} as const satisfies RouteContract;

// For an officer: his sessions ----------------------------------------------------------------------------------------

export const listMySessions = {
  id: "people.listMySessions",
  method: "GET",
  path: "/me/sessions",
  summary: "Where you are signed in",
  access: { for: "officer" },
  response: z.object({
    sessions: z.array(
      z.object({
        id: z.uuid(),
        method: z.string(),
        openedAt: instant,
        expiresAt: instant,
        isThisOne: z.boolean(),
      }),
    ),
  }),
} as const satisfies RouteContract;

export const endMySession = {
  id: "people.endMySession",
  method: "DELETE",
  path: "/me/sessions/:session",
  summary: "Ends one of your sessions",
  access: { for: "officer" },
  params: z.strictObject({ session: z.uuid() }),
  response: z.object({ ended: z.int() }),
} as const satisfies RouteContract;

export const endMySessions = {
  id: "people.endMySessions",
  method: "DELETE",
  path: "/me/sessions",
  summary: "Ends all your sessions, this one too",
  access: { for: "officer" },
  response: z.object({ ended: z.int() }),
} as const satisfies RouteContract;

export const signOut = {
  id: "people.signOut",
  method: "POST",
  path: "/sign-out",
  summary: "Ends this session",
  access: { for: "officer" },
  response: z.object({ ended: z.int() }),
} as const satisfies RouteContract;

// For administrators --------------------------------------------------------------------------------------------------

export const issueLink = {
  id: "people.issueLink",
  method: "POST",
  path: "/officers/:officer/enrolments",
  summary: "A one-time link for an officer who has no way in yet",
  access: { for: "duty", duties: ["administrator"], stepUp: true },
  params: z.strictObject({ officer: z.uuid() }),
  response: IssuedLink,
  created: true,
  onceOnly: true,
} as const satisfies RouteContract;

export const requestRecovery = {
  id: "people.requestRecovery",
  method: "POST",
  path: "/recoveries",
  summary:
    "Asks that an officer's lost ways in be taken away; another administrator decides within three days",
  access: { for: "duty", duties: ["administrator"], stepUp: true },
  body: z.strictObject({
    officer: z.uuid(),
    reason: z
      .string()
      .min(1)
      .max(2000)
      .regex(/^[^\0]*$/, "no character 0"),
  }),
  response: z.object({ id: z.uuid() }),
  created: true,
} as const satisfies RouteContract;

export const listRecoveries = {
  id: "people.listRecoveries",
  method: "GET",
  path: "/recoveries",
  summary: "Recoveries that are not decided",
  access: { for: "duty", duties: ["administrator"] },
  response: z.object({
    recoveries: z.array(
      z.object({
        id: z.uuid(),
        officer: z.object({ id: z.uuid(), name: z.string() }),
        reason: z.string(),
        requestedBy: z.string(),
        requestedAt: instant,
        expiresAt: instant,
        isYours: z.boolean(),
      }),
    ),
  }),
} as const satisfies RouteContract;

export const approveRecovery = {
  id: "people.approveRecovery",
  method: "POST",
  path: "/recoveries/:recovery/approve",
  summary:
    "Ends every session and way in of the officer and makes a one-time link for him; not for whoever asked",
  access: { for: "duty", duties: ["administrator"], stepUp: true },
  params: z.strictObject({ recovery: z.uuid() }),
  response: IssuedLink,
  onceOnly: true,
} as const satisfies RouteContract;

export const refuseRecovery = {
  id: "people.refuseRecovery",
  method: "POST",
  path: "/recoveries/:recovery/refuse",
  summary: "Nothing is taken away; whoever asked may refuse it too",
  access: { for: "duty", duties: ["administrator"] },
  params: z.strictObject({ recovery: z.uuid() }),
  response: z.object({ refused: z.literal(true) }),
} as const satisfies RouteContract;

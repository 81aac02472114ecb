import * as oidc from "openid-client";
import type pg from "pg";
import { Problem } from "#platform/problem.ts";
import type { FrontDoor, IdentityProvider } from "../front-door.ts";
import { newSecretToken, sha256 } from "../secret-token.ts";
import { insertOidcFlow, type OidcFlow, takeOidcFlow } from "../sign-in-queries.ts";

/** For how long somebody who set out may come back. */
export const FLOW_SECONDS = 600;

/** Whom the provider vouches for. The pair alone is somebody: the e-mail address it may also tell can be given to another. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Sets out for the identity provider: code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700).
 * @returns where to send the browser, and the secret that it keeps meanwhile
 * @throws Problem `not-found` when this house has no provider; Problem `unavailable` when it does not answer
 */
export async function leaveForProvider(
  gate: pg.Pool,
  door: FrontDoor,
  errand: Pick<OidcFlow, "purpose" | "officer" | "enrolmentSha256">,
): Promise<{ readonly url: string; readonly browser: string }> {
  const configuration = await configurationOf(door);
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const codeVerifier = oidc.randomPKCECodeVerifier();
  const browser = newSecretToken();
  await insertOidcFlow(gate, {
    ...errand,
    nonce,
    codeVerifier,
    stateSha256: sha256(state),
    browserSha256: sha256(browser),
  });
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: returnAddress(door),
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
    state,
    nonce,
    // Once more means now: not what the provider remembers of this morning.
    ...(errand.purpose === "step-up" && { prompt: "login", max_age: "0" }),
  });
  return { url: url.href, browser };
}

/**
 * What somebody who comes back from there brings; null when it is not what he set out for.
 * @param query of the address he was sent back to
 * @param browser the secret that his browser kept, if it did
 * @throws Problem `not-found`, Problem `unavailable` as `leaveForProvider`
 */
export async function proveAtProvider(
  gate: pg.Pool,
  door: FrontDoor,
  query: string,
  browser: string | undefined,
): Promise<{ readonly flow: OidcFlow; readonly identity: Identity } | null> {
  const configuration = await configurationOf(door);
  const parameters = new URLSearchParams(query);
  const state = parameters.get("state");
  if (state === null || browser === undefined) return null;
  const flow = await takeOidcFlow(gate, sha256(state), sha256(browser));
  if (flow === null) return null;
  const address = new URL(returnAddress(door));
  address.search = parameters.toString();
  // The library throws for whatever does not fit: state, nonce, issuer, audience, signature, times.
  const tokens = await oidc
    .authorizationCodeGrant(configuration, address, {
      pkceCodeVerifier: flow.codeVerifier,
      expectedState: state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
      ...(flow.purpose === "step-up" && { maxAge: STEP_UP_AGE_SECONDS }),
    })
    .catch(() => null);
  const claims = tokens?.claims();
  return claims === undefined ? null : { flow, identity: { issuer: claims.iss, subject: claims.sub } };
}

/** He typed his password there at most this long ago. */
const STEP_UP_AGE_SECONDS = 120;

/** Asked once for each provider: what it can do and where its keys are changes rarely. */
const configurations = new WeakMap<IdentityProvider, Promise<oidc.Configuration>>();

async function configurationOf({ oidc: provider }: FrontDoor): Promise<oidc.Configuration> {
  if (provider === null)
    throw new Problem("not-found", {
      code: "people.no_provider",
      say: "This house has no identity provider.",
    });
  const known = configurations.get(provider) ?? discover(provider);
  configurations.set(provider, known);
  try {
    return await known;
  } catch (error) {
    configurations.delete(provider); // asked again by the next
    throw new Problem("unavailable", {
      code: "people.provider_away",
      say: "The identity provider does not answer. Try again, or sign in with a passkey or a password.",
      cause: error,
    });
  }
}

function discover({ issuer, clientId, clientSecret }: IdentityProvider): Promise<oidc.Configuration> {
  const address = new URL(issuer);
  // The settings allow http for this machine alone.
  const execute = address.protocol === "http:" ? [oidc.allowInsecureRequests] : [];
  const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretPost(clientSecret);
  return oidc.discovery(address, clientId, undefined, authentication, { execute, timeout: 10 });
}

/** A page of ours that hands the query on in a request of its own: a `SameSite=Strict` cookie does not come along otherwise. */
function returnAddress({ origin }: FrontDoor): string {
  return `${origin}/sign-in/returned`;
}

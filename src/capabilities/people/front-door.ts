/** Where people come in: the address they type, and who else may vouch for them. Set by the operator of this house. */
export interface FrontDoor {
  /** `https://muster.example.org`: what passkeys are bound to and where a provider sends people back. */
  readonly origin: string;
  readonly oidc: IdentityProvider | null;
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
}

/** Hours that a session lasts at most (SD-2). */
export const SESSION_HOURS = 12;

/**
 * What the session's cookie is called. `__Host-` makes browsers refuse it from any other host or path, and can be had
 * only where the cookie is `Secure` (RFC 6265bis, section 4.1.3.2).
 */
export function sessionCookieName(door: FrontDoor): string {
  return isSecure(door) ? "__Host-muster_session" : "muster_session";
}

/** The `Set-Cookie` that hands a session to the browser; with an empty token it takes it away. */
export function sessionCookie(door: FrontDoor, token: string): string {
  return cookie(door, sessionCookieName(door), token, token === "" ? 0 : SESSION_HOURS * 3600);
}

/** Ties a way to the identity provider to the browser that set out on it. */
export function flowCookieName(door: FrontDoor): string {
  return isSecure(door) ? "__Host-muster_flow" : "muster_flow";
}

export function flowCookie(door: FrontDoor, token: string, seconds: number): string {
  return cookie(door, flowCookieName(door), token, seconds);
}

/** The page that takes the token out of its own address: what stands behind `#` is sent to no server and logged by none. */
export function enrolmentLink(door: FrontDoor, token: string): string {
  return `${door.origin}/enrol#${token}`;
}

/** Browsers keep no `Secure` cookie from http; the settings allow http for this machine alone. */
function isSecure(door: FrontDoor): boolean {
  return door.origin.startsWith("https:");
}

function cookie(door: FrontDoor, name: string, value: string, seconds: number): string {
  const secure = isSecure(door) ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

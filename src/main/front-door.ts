import type { FrontDoor } from "#capabilities/people/index.ts";
import type { Settings } from "#platform/config/settings.ts";

/** Where people come in, as the settings say. */
export function frontDoorOf(settings: Settings): FrontDoor {
  const { origin, port, oidcIssuer, oidcClientId, oidcClientSecret } = settings;
  return {
    origin: origin ?? `http://localhost:${port}`,
    oidc:
      oidcIssuer === undefined || oidcClientId === undefined
        ? null
        : { issuer: oidcIssuer, clientId: oidcClientId, clientSecret: oidcClientSecret ?? null },
  };
}

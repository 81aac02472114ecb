import type { Observable } from "#standards/observable/types.ts";

/**
 * An indicator as it is printed, so that no reader and no program turns it into a link: `hxxps://host[.]example/path`,
 * `name[@]host[.]example`, `192[.]0[.]2[.]1`, `2001[:]db8::1`. Only the part that could be contacted is changed.
 */
export function defang({ type, value }: Observable): string {
  switch (type) {
    case "url":
      return defangUrl(value);
    case "email-addr":
      return bracketDots(value).replace("@", "[@]");
    case "ipv6-addr":
    case "ipv6-cidr":
      return value.replace(":", "[:]");
    case "ipv4-addr":
    case "ipv4-cidr":
    case "domain-name":
      return bracketDots(value);
    default:
      return value;
  }
}

/** The inverse of `defang`, for the verifier and the tests. */
export function refang(printed: string): string {
  return printed
    .replaceAll("[.]", ".")
    .replace("[@]", "@")
    .replace("[:]", ":")
    .replace(/^hxxp/, "http")
    .replace(/^fxp/, "ftp");
}

function defangUrl(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(url);
  if (!match) return bracketDots(url);
  const [, scheme = "", authority = "", rest = ""] = match;
  const harmless = scheme.replace(/^http/i, "hxxp").replace(/^ftp/i, "fxp");
  const host = authority.startsWith("[") ? authority.replace(":", "[:]") : bracketDots(authority);
  return `${harmless}://${host}${rest}`;
}

function bracketDots(host: string): string {
  return host.replaceAll(".", "[.]");
}

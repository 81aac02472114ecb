import type { Observable } from "./types.ts";

/**
 * An observable in normal form as it is printed and shown, so that no reader and no program turns it into a link: `hxxps://host[.]example/path`,
 * `name[@]host[.]example`, `192[.]0[.]2[.]1`, `2001[:]db8::1`. Only the part that could be contacted is changed;
 * `refang` gives the value back.
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

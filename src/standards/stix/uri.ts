/**
 * A URL as RFC 3986 allows it, which STIX demands of `url`: letters it does not allow are percent-encoded, nothing
 * else is touched. Feeds hold addresses with spaces, quotes, braces and other scripts exactly as victims were sent them.
 */
export function conformingUri(url: string): string {
  const [, authority = "", path = "", query = "", fragment = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#[\s\S]*)?$/i.exec(url) ?? [];
  if (authority === "") return encode(url, /[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]/gu);
  return [
    encode(authority, /[^A-Za-z0-9\-._~:/@!$&'()*+,;=%[\]]/gu),
    encode(path, /[^A-Za-z0-9\-._~:/@!$&'()*+,;=%]/gu),
    encode(query, /[^A-Za-z0-9\-._~:/?@!$&'()*+,;=%]/gu),
    fragment === "" ? "" : `#${encode(fragment.slice(1), /[^A-Za-z0-9\-._~:/?@!$&'()*+,;=%]/gu)}`,
  ].join("");
}

function encode(text: string, forbidden: RegExp): string {
  return text
    .toWellFormed()
    .replace(/%(?![0-9A-Fa-f]{2})/g, "%25")
    .replace(forbidden, (character) => encodeURIComponent(character));
}

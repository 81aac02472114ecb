/**
 * Makes a value in normal form harmless to click, for print and mail: `http://a.example/x` becomes `hxxp[://]a[.]example/x`.
 * Only scheme and host are touched, so that `refang(defang(value))` is `value` again. File hashes and accounts come back as
 * they are.
 */
export function defang(value: string): string {
  const scheme = value.indexOf("://");
  if (scheme === -1) return defangHost(value);
  const authorityStart = scheme + 3;
  const found = value.slice(authorityStart).search(/[/?#]/);
  const end = found === -1 ? value.length : authorityStart + found;
  return `${hideScheme(value.slice(0, scheme))}[://]${defangHost(value.slice(authorityStart, end))}${value.slice(end)}`;
}

function hideScheme(scheme: string): string {
  if (scheme === "http" || scheme === "https") return scheme.replace("tt", "xx");
  return scheme === "ftp" ? "fxp" : scheme;
}

/** An IPv6 host keeps its own brackets; the colons inside carry the marks. */
function defangHost(host: string): string {
  return host.replaceAll(".", "[.]").replace("@", "[@]").replaceAll("::", "[::]");
}

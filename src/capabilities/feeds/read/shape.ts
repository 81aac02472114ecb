/** What a value looks like, for finding columns and formats. Deciding what it is, is the normaliser's work. */
export type Shape = "ip" | "cidr" | "domain" | "url" | "email" | "hash";

/**
 * Tells by its outside what kind of indicator `text` may be, defanged or not; `null` for anything else. It is a
 * cheap guess for recognition and column inference: `999.1.1.1` looks like an address here.
 */
export function shapeOf(text: string): Shape | null {
  const { length } = text;
  if (length < 4 || length > 4096) return null;
  if (HASH.test(text)) return HASH_LENGTHS.has(length) ? "hash" : null;
  const plain = text.includes("[") || text.includes("(") || text.includes("{") ? withoutBrackets(text) : text;
  if (IPV4.test(plain)) return plain.includes("/") ? "cidr" : "ip";
  if (URL_SCHEME.test(plain)) return "url";
  if (IPV6.test(plain)) return plain.includes("/") ? "cidr" : "ip";
  if (EMAIL.test(plain)) return "email";
  if (DOMAIN.test(plain)) return FILE_ENDING.test(plain) ? null : "domain";
  return BARE_URL.test(plain) ? "url" : null;
}

const HASH = /^[0-9a-f]{32,128}$/i;
const HASH_LENGTHS = new Set([32, 40, 64, 128]);
// Three to five octets: a broken address is still an address column.
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){2,4}(?:[:/]\d{1,5})?$/;
const IPV6 = /^\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:.]{2,45}\]?(?:[:/]\d{1,5})?$/i;
const URL_SCHEME = /^(?:h[tx*]{1,3}ps?|meow|ftps?|tcp|udp|wss?):\/\/[^\s/]/i;
const EMAIL = /^[^\s@/:]{1,64}@[^\s@/:]+\.[^\s@/:]{2,}$/;
const DOMAIN =
  /^(?:\*\.)?(?:[a-z0-9_\u00a1-\uffff-]{1,63}\.){1,20}(?:[a-z\u00a1-\uffff]{2,63}|xn--[a-z0-9-]{1,59})\.?(?::\d{1,5})?$/i;
const BARE_URL =
  /^(?:[a-z0-9_\u00a1-\uffff-]{1,63}\.){1,20}[a-z0-9\u00a1-\uffff-]{1,63}(?::\d{1,5})?[/?]\S*$/i;
// Names of samples look like host names; these endings are no top-level domains.
const FILE_ENDING =
  /\.(?:exe|dll|docx?|xlsx?|pdf|html?|php|aspx?|jpe?g|png|gif|txt|csv|json|js|vbs|ps1|bat|apk|jar|elf|bin|lnk|tmp|dat|rar|7z|gz|iso|img)$/i;

function withoutBrackets(text: string): string {
  return text
    .replace(/[[({]([.:@]|:\/\/)[\])}]/g, "$1")
    .replace(/[[({]\s?(?:dot|punto|point)\s?[\])}]/gi, ".")
    .replace(/[[({]at[\])}]/gi, "@");
}

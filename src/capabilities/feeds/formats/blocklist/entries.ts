/**
 * What one line of a block list is: the values it blocks, "comment" (or blank line, or setting), "unsupported" (an
 * exception or a rule without a host), or "unreadable" (no line of any known syntax).
 */
export type Entry = readonly string[] | "comment" | "unsupported" | "unreadable";

/**
 * Makes a reader of lines. It remembers what spans lines (the bracket of an SOA record, the braces of a BIND zone)
 * and knows an Internet Explorer list by its first line.
 */
export function createEntryReader(): (line: string) => Entry {
  let inBracket = false;
  let inZone = false;
  let isIeList = false;
  return (line) => {
    const text = line.trim();
    if (text.length === 0) return "comment";
    if (inBracket) {
      if (text.includes(")")) inBracket = false;
      return "comment";
    }
    if (inZone) {
      if (text.startsWith("}")) inZone = false;
      return "comment";
    }
    if (text === "msFilterList") {
      isIeList = true;
      return "comment";
    }
    if (isIeList) return ieEntry(text);
    const first = text.charCodeAt(0);
    if (first === HASH || first === SEMICOLON || first === EXCLAMATION) return commentOrRule(text);
    if (/\bSOA\b/.test(text)) {
      inBracket = text.includes("(") && !text.includes(")");
      return "comment";
    }
    const zone = BIND_ZONE.exec(text);
    if (zone !== null) {
      inZone = !text.includes("}");
      return [zone[1] ?? ""];
    }
    return entryOf(text, /^[ \t]/.test(line));
  };
}

const HASH = 35;
const SEMICOLON = 59;
const EXCLAMATION = 33;
const BIND_ZONE = /^zone\s+"([^"\s]{1,255})"\s+(?:IN\s+)?\{/i;

/** `##.advert` hides a page element in AdBlock lists; any other line that begins like this is a comment. */
function commentOrRule(text: string): Entry {
  return /^#@?#[.#a-z[]/i.test(text) ? "unsupported" : "comment";
}

function entryOf(text: string, isIndented: boolean): Entry {
  return (
    hostsEntry(text) ??
    dnsmasqEntry(text) ??
    unboundEntry(text) ??
    adblockEntry(text) ??
    policyZoneEntry(text, isIndented) ??
    (isSetting(text) ? "comment" : "unreadable")
  );
}

const HOSTS = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?|0)[ \t]+([^#]+)/;
/** The machine's own names, which every hosts file has. */
const LOCAL_NAMES = new Set(
  "localhost localhost.localdomain local broadcasthost ip6-localhost ip6-loopback ip6-localnet ip6-mcastprefix ip6-allnodes ip6-allrouters ip6-allhosts 0.0.0.0".split(
    " ",
  ),
);

function hostsEntry(text: string): Entry | undefined {
  const match = HOSTS.exec(text);
  if (match === null)
    return /^(?:255\.255\.255\.255|f[ef]0[0-2]::\S*)\s+\S*(?:broadcast|ip6-|local)/.test(text)
      ? []
      : undefined;
  return (match[1] ?? "")
    .split(/\s+/)
    .filter((name) => name.length > 0 && !LOCAL_NAMES.has(name.toLowerCase()));
}

function dnsmasqEntry(text: string): Entry | undefined {
  const match = /^(?:address|server|local)=\/([^#]+)\/[^/]*$/.exec(text);
  if (match === null) return undefined;
  return (match[1] ?? "").split("/").filter((name) => name.length > 0);
}

function unboundEntry(text: string): Entry | undefined {
  const zone = /^local-zone:\s*"?([^"\s]{1,255})"?\s+"?(\w+)"?/.exec(text);
  if (zone !== null) return zone[2] === "transparent" ? "unsupported" : [zone[1] ?? ""];
  const data = /^local-data:\s*['"]?([^"'\s]{1,255})\s/.exec(text);
  return data === null ? undefined : [data[1] ?? ""];
}

const ADBLOCK = /^\|\|([^\s^$|]+)(\^?)(?:\|?)(\$\S*)?$/;

function adblockEntry(text: string): Entry | undefined {
  if (text.startsWith("@@") || /#@?\??#/.test(text)) return "unsupported";
  if (/^\[(?:Adblock|uBlock)/i.test(text)) return "comment";
  const match = ADBLOCK.exec(text);
  if (match !== null) return isPattern(match[1] ?? "") ? "unsupported" : [match[1] ?? ""];
  if (/^\|https?:\/\//.test(text)) return [text.replace(/^\||[\^|]+(?:\$\S*)?$/g, "")];
  return /^\/.{1,1000}\/(?:\$\S*)?$/.test(text) ? "unsupported" : undefined;
}

/** A star anywhere but at the front stands for any text. */
function isPattern(host: string): boolean {
  return host.includes("*", 1) || (host.startsWith("*") && !host.startsWith("*."));
}

const POLICY = /^(\S{1,2000})\s+(?:\d+\s+)?(?:IN\s+)?CNAME\s+(\S+)/i;

/** RPZ: the trigger stands left; `x` and `*.x` are the same trigger for us, `32.1.2.0.192.rpz-ip` is an address. */
function policyZoneEntry(text: string, isIndented: boolean): Entry | undefined {
  if (isIndented && /^(?:IN\s+)?NS\s/i.test(text)) return "comment";
  if (/^\S+\s+(?:\d+\s+)?(?:IN\s+)?NS\s/i.test(text)) return "comment";
  const match = POLICY.exec(text);
  if (match === null)
    return /^\S{1,255}\s+(?:\d+\s+)?(?:IN\s+)?(?:A|AAAA|TXT)\s+\S/i.test(text) ? policyData(text) : undefined;
  const [, trigger = "", action = ""] = match;
  if (/^rpz-passthru\.?$/i.test(action)) return "unsupported";
  return policyTrigger(trigger);
}

/** `x A 127.0.0.1` answers with an address of the list's owner: the trigger counts. */
function policyData(text: string): Entry {
  return policyTrigger(/^\S+/.exec(text)?.[0] ?? "");
}

function policyTrigger(trigger: string): Entry {
  const address = /^(\d{1,3})\.(.{1,200})\.rpz-(?:client-)?ip\.?$/i.exec(trigger);
  if (address !== null) return policyAddress(Number(address[1]), address[2] ?? "");
  if (/\.rpz-(?:nsip|nsdname)\.?$/i.test(trigger)) return "unsupported";
  return [trigger.replace(/^\*\./, "").replace(/\.$/, "")];
}

/** Octets stand in reverse order after the prefix length; `zz` is the `::` of IPv6. */
function policyAddress(prefix: number, labels: string): Entry {
  const parts = labels.split(".").reverse();
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part))) {
    return [prefix === 32 ? parts.join(".") : `${parts.join(".")}/${prefix}`];
  }
  const address = parts
    .map((part) => (part.toLowerCase() === "zz" ? "" : part))
    .join(":")
    .replace(/^:|:$/g, "::")
    .replace(/:{3,}/g, "::");
  return [prefix === 128 ? address : `${address}/${prefix}`];
}

/** `: Expires=1` sets the list up, `-d host` blocks, `+d host` allows, `- text` matches any address with the text. */
function ieEntry(text: string): Entry {
  if (text.startsWith("#") || text.startsWith(":")) return "comment";
  const blocked = /^-d\s+(\S+)$/.exec(text);
  if (blocked !== null) return [blocked[1] ?? ""];
  return /^[+-]/.test(text) ? "unsupported" : "unreadable";
}

function isSetting(text: string): boolean {
  return /^(?:\$(?:TTL|ORIGIN)\b|server:$|@\s|include:)/i.test(text);
}

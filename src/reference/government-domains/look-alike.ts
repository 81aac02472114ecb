import { countryOfName } from "../countries/country-domains.ts";
import { type GovernmentDomains, SHIPPED_GOVERNMENT_DOMAINS } from "./government-domains.ts";

/** Labels, or hyphenated parts of labels, that a reader takes for a government's wherever they stand. */
const PART = /(?:^|[.-])(?:gov|gob|gouv|gub|govt|mil)(?=[.-])/;
/** `go` and `gv` are ordinary words; they deceive only in front of the country that uses them. */
const SHORT_PART = /(?:^|[.-])(?:go[.-](?:id|th|jp|kr|ke|tz|ug|cr)|gv[.-](?:at|ao)|mi[.-]th)(?=[.-])/;

/**
 * Whether a host pretends to be a government's: it carries a label such as `gov` without lying below a government
 * suffix (`irs.gov.evil.example`, `gov-pk.cdn.example`). A note for the analyst, never a reason to count it as a portal.
 */
export function looksLikeGovernment(
  host: string,
  domains: GovernmentDomains = SHIPPED_GOVERNMENT_DOMAINS,
): boolean {
  if (!mayHoldPart(host) || (!PART.test(host) && !SHORT_PART.test(host))) return false;
  return domains.find(host) === null && !isBareCountryZone(host);
}

/** Whether a part of a label begins like one of the words at all: nine names in ten do not, and patterns are slow to say so. */
function mayHoldPart(host: string): boolean {
  let atStart = true;
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at);
    if (atStart && (code === 103 || code === 109)) {
      const next = host.charCodeAt(at + 1);
      // g followed by o, u or v; m followed by i.
      if (code === 109 ? next === 105 : next === 111 || next === 117 || next === 118) return true;
    }
    atStart = code === 46 || code === 45;
  }
  return false;
}

/** `gov.xx` of a country whose suffix we do not know is a gap of ours, not a deceit. */
function isBareCountryZone(host: string): boolean {
  return /(?:^|\.)(?:gov|gob|gouv|gub|govt|mil)\.[^.]+$/.test(host) && countryOfName(host) !== null;
}

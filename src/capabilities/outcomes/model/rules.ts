import type { VisibleThreat } from "#capabilities/threats/index.ts";
import { siteOf } from "#standards/observable/host.ts";

/** What one threat contributes to a figure: the object counted and the country it is counted under. */
export interface CountedObject {
  /** Identity of the object: equal objects are counted once. */
  readonly object: string;
  /** ISO 3166-1 alpha-2; null = not assigned yet. */
  readonly country: string | null;
}

/** A figure over threats: which object, if any, a threat is. */
export interface ThreatRule {
  readonly id: string;
  readonly title: string;
  /** The rules of the catalogue it follows. */
  readonly follows: string;
  readonly byFamily: boolean;
  readonly object: (threat: VisibleThreat) => CountedObject | null;
}

const isAddress = (threat: VisibleThreat) => threat.type === "ipv4-addr" || threat.type === "ipv6-addr";
const country = (threat: VisibleThreat) => threat.countries[0]?.country ?? null;
const NOTIFY_ROLES: ReadonlySet<string> = new Set(["compromised", "victim", "vulnerable"]);
const isTarget = (threat: VisibleThreat) => !NOTIFY_ROLES.has(threat.role);

/** Site of a threat by C-4: its host, `www.` and apex as one. An address is no site: one server holds many. */
function siteOfThreat(threat: VisibleThreat): string | null {
  if (threat.type !== "domain-name" && threat.type !== "url") return null;
  return threat.host === null ? null : siteOf(threat.host);
}

export const THREAT_RULES: readonly ThreatRule[] = [
  {
    id: "I1",
    title: "Command-and-control servers",
    follows:
      "C-2: distinct address and country, seen working within the operation; a shared front is no server",
    byFamily: true,
    object: (threat) =>
      threat.role === "c2" &&
      isAddress(threat) &&
      threat.seenInOperation &&
      threat.sharedInfrastructure === null
        ? { object: `${threat.value} ${country(threat) ?? "-"}`, country: country(threat) }
        : null,
  },
  {
    id: "I2",
    title: "Malicious addresses",
    follows: "C-6: distinct addresses in a role that is acted on; neither victims nor compromised sites",
    byFamily: false,
    object: (threat) =>
      isAddress(threat) && isTarget(threat) ? { object: threat.value, country: country(threat) } : null,
  },
  {
    id: "I3",
    title: "Malicious domains",
    follows: "C-3, C-6: distinct names in A-label form in a role that is acted on",
    byFamily: false,
    object: (threat) =>
      threat.type === "domain-name" && isTarget(threat)
        ? { object: threat.value, country: country(threat) }
        : null,
  },
  {
    id: "I4",
    title: "Phishing sites",
    follows:
      "C-4: distinct host with a phishing page; www. and apex are one, an address without a name is its own",
    byFamily: false,
    object: (threat) => {
      if (threat.role !== "phishing") return null;
      const site = siteOfThreat(threat) ?? (isAddress(threat) ? threat.value : null);
      return site === null ? null : { object: site, country: country(threat) };
    },
  },
  {
    id: "I5",
    title: "Malicious URLs",
    follows: "C-3, C-6: distinct normal form, query kept, in a role that is acted on",
    byFamily: false,
    object: (threat) =>
      threat.type === "url" && isTarget(threat) ? { object: threat.value, country: country(threat) } : null,
  },
  {
    id: "I6",
    title: "Compromised sites",
    follows: "C-4: distinct host under one owner; www. and apex are one",
    byFamily: false,
    object: (threat) => compromisedSite(threat),
  },
  {
    id: "I6-government",
    title: "Compromised sites of public bodies (part of I6)",
    follows: "C-4: owner is a public body at any level, by suffix or curated list",
    byFamily: false,
    object: (threat) => (threat.government === null ? null : compromisedSite(threat)),
  },
  {
    id: "I7",
    title: "Victim addresses",
    follows:
      "C-6, C-22: addresses reported as infected in the observation window; an address is not a machine; never added to targets",
    byFamily: true,
    object: (threat) =>
      threat.role === "victim" && isAddress(threat)
        ? { object: threat.value, country: country(threat) }
        : null,
  },
  {
    id: "I12",
    title: "Active threats",
    follows:
      "C-5, C-6: last seen working within the role's window before the instant and not checked offline since",
    byFamily: true,
    object: (threat) =>
      threat.role !== "victim" && threat.liveness === "active"
        ? { object: threat.id, country: country(threat) }
        : null,
  },
];

function compromisedSite(threat: VisibleThreat): CountedObject | null {
  if (threat.role !== "compromised") return null;
  const site = siteOfThreat(threat);
  return site === null ? null : { object: site, country: country(threat) };
}

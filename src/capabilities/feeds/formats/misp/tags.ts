import type { ThreatRole } from "#standards/threat-role.ts";
import { threatRoleOf } from "../../read/words.ts";

/** What a set of tags says. */
export interface TagMeaning {
  readonly families: readonly string[];
  readonly actors: readonly string[];
  readonly role: ThreatRole | undefined;
  readonly markings: readonly string[];
}

/**
 * Reads MISP tags: plain words and machine tags (`namespace:predicate="value"`). Malware galaxies give families,
 * actor galaxies actors, `tlp` and `PAP` markings; the role comes from kill chains and incident taxonomies, then from
 * plain words. Scales of reliability and confidence are left alone: they rate the source, and the desk does that.
 */
export function readTags(tags: readonly string[]): TagMeaning {
  const families = new Set<string>();
  const actors = new Set<string>();
  const markings = new Set<string>();
  let role: ThreatRole | undefined;
  let wordRole: ThreatRole | undefined;
  for (const tag of tags) {
    const { namespace, predicate, value } = parseTag(tag);
    if (namespace === "tlp" || namespace === "pap")
      markings.add(`${namespace.toUpperCase()}:${predicate.toUpperCase()}`);
    else if (namespace === "misp-galaxy" && FAMILY_GALAXIES.has(predicate))
      families.add(withoutCatalogueId(value));
    else if (namespace === "misp-galaxy" && ACTOR_GALAXIES.has(predicate))
      actors.add(withoutCatalogueId(value));
    else if (namespace === "kill-chain" || predicate === "kill-chain")
      role ??= killChainRole(value || predicate);
    else if (INCIDENT_TAXONOMIES.has(namespace))
      role ??= threatRoleOf((value || predicate).replaceAll("-", " "));
    else if (namespace === "") wordRole ??= threatRoleOf(predicate);
  }
  families.delete("");
  actors.delete("");
  return { families: [...families], actors: [...actors], role: role ?? wordRole, markings: [...markings] };
}

interface Tag {
  readonly namespace: string;
  readonly predicate: string;
  readonly value: string;
}

function parseTag(tag: string): Tag {
  const colon = tag.indexOf(":");
  if (colon === -1) return { namespace: "", predicate: tag.trim(), value: "" };
  const namespace = tag.slice(0, colon).trim().toLowerCase();
  const rest = tag.slice(colon + 1);
  const equals = rest.indexOf("=");
  if (equals === -1) return { namespace, predicate: rest.trim(), value: "" };
  const value = rest.slice(equals + 1).trim();
  return {
    namespace,
    predicate: rest.slice(0, equals).trim().toLowerCase(),
    value: value.replace(/^"(.*)"$/s, "$1").trim(),
  };
}

const FAMILY_GALAXIES = new Set([
  "tool",
  "malpedia",
  "ransomware",
  "banker",
  "botnet",
  "backdoor",
  "rat",
  "stealer",
  "android",
  "exploit-kit",
  "cryptominers",
  "mitre-malware",
  "mitre-tool",
]);

const ACTOR_GALAXIES = new Set([
  "threat-actor",
  "mitre-intrusion-set",
  "mitre-enterprise-attack-intrusion-set",
  "microsoft-activity-group",
  "360net-threat-actor",
]);

const INCIDENT_TAXONOMIES = new Set([
  "rsit",
  "ecsirt",
  "europol-event",
  "europol-incident",
  "circl",
  "enisa",
  "incident-type",
  "threat-type",
]);

/** `Emotet - S0367` is Emotet: ATT&CK galaxies write their own number behind the name. */
function withoutCatalogueId(name: string): string {
  return name.replace(/ - [SG]\d{4}$/, "").slice(0, 200);
}

function killChainRole(phase: string): ThreatRole | undefined {
  const words = phase.toLowerCase().replaceAll(/[-_]/g, " ");
  if (words === "command and control") return "c2";
  return words === "delivery" ? "malware-distribution" : undefined;
}

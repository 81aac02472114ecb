import type { ThreatRole } from "#standards/threat-role.ts";
import { copyOfText, type JsonObject, objectsOf, textOf, textsOf } from "../../read/json-values.ts";
import { threatRoleOf } from "../../read/words.ts";
import type { Labels } from "./bundle-context.ts";

/**
 * The role of one value: of a file always `malware`; else what the object's kill chain says, then related
 * infrastructure, then its own labels and name; a value known only by its actor is the actor group's.
 * `undefined` when the bundle does not say (`malicious-activity` says nothing).
 */
export function roleOfValue(
  object: JsonObject,
  value: string,
  isFile: boolean,
  labels: Labels,
): ThreatRole | undefined {
  if (isFile) return "malware";
  return (
    killChainRole(object) ??
    labels.roles[0] ??
    labelRole(object) ??
    nameRole(textOf(object, "name"), value) ??
    (labels.onlyActor ? "actor-group" : undefined)
  );
}

/** Whether the producer says that the thing is harmless. */
export function isBenign(object: JsonObject): boolean {
  return (
    textsOf(object, "indicator_types").includes("benign") || textsOf(object, "labels").includes("benign")
  );
}

/** Roles of what an infrastructure consists of, from its types, then its labels and name. */
export function rolesOfInfrastructure(object: JsonObject, name: string | undefined): readonly ThreatRole[] {
  const types = textsOf(object, "infrastructure_types").map((type) => INFRASTRUCTURE_ROLES.get(type));
  const found = types.filter((role) => role !== undefined);
  if (found.length > 0) return found;
  const role = labelRole(object) ?? (name === undefined ? undefined : networkRole(name));
  return role === undefined ? [] : [role];
}

function killChainRole(object: JsonObject): ThreatRole | undefined {
  for (const phase of objectsOf(object, "kill_chain_phases")) {
    const role = PHASE_ROLES.get(textOf(phase, "phase_name")?.toLowerCase().replaceAll(/[ _]/g, "-") ?? "");
    if (role === "malware-distribution") return labelRole(object) ?? role;
    if (role !== undefined) return role;
  }
  return undefined;
}

function labelRole(object: JsonObject): ThreatRole | undefined {
  return roleOfWords(object, "labels") ?? roleOfWords(object, "indicator_types");
}

function roleOfWords(object: JsonObject, key: string): ThreatRole | undefined {
  const words = object[key];
  if (typeof words === "string") return networkRole(copyOfText(words));
  for (const word of textsOf(object, key)) {
    const role = networkRole(word);
    if (role !== undefined) return role;
  }
  return undefined;
}

/** The name is a hint only where it is words: most producers write the value itself into it. */
function nameRole(name: string | undefined, value: string): ThreatRole | undefined {
  if (name === undefined || !name.includes(" ") || name.includes(value)) return undefined;
  return networkRole(copyOfText(name));
}

/**
 * Words are remembered where they are looked up, so they must be no slices of a large text.
 * That an address is labelled `trojan` says what it serves, not what it is: `malware` is the role of files.
 */
function networkRole(word: string): ThreatRole | undefined {
  const role = threatRoleOf(word);
  return role === "malware" ? undefined : role;
}

const PHASE_ROLES: ReadonlyMap<string, ThreatRole> = new Map([
  ["command-and-control", "c2"],
  ["command-&-control", "c2"],
  ["c2", "c2"],
  ["exfiltration", "c2"],
  ["delivery", "malware-distribution"],
]);

/** The open vocabulary infrastructure-type-ov. `botnet` lists the hosts that are members: infected machines. */
const INFRASTRUCTURE_ROLES: ReadonlyMap<string, ThreatRole> = new Map([
  ["command-and-control", "c2"],
  ["exfiltration", "c2"],
  ["botnet", "victim"],
  ["phishing", "phishing"],
  ["hosting-malware", "malware-distribution"],
  ["staging", "malware-distribution"],
  ["reconnaissance", "attacker"],
  ["amplification", "vulnerable"],
]);

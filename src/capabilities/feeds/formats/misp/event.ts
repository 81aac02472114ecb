import type { ThreatRole } from "#standards/threat-role.ts";
import { isJsonObject, type JsonObject, numberOf, objectsOf, textOf } from "../../read/json-values.ts";
import { readTags, type TagMeaning } from "./tags.ts";

/** What an event says about all its attributes, unless one says otherwise. */
export interface EventContext {
  tags: TagMeaning;
  markings: readonly string[];
  /** When the event happened: for attributes without any time. */
  date: number | undefined;
  reference: string | undefined;
}

export const NO_EVENT: EventContext = {
  tags: readTags([]),
  markings: [],
  date: undefined,
  reference: undefined,
};

/** Names of tags on an event, object or attribute; galaxies repeat theirs, and may be all that is there. */
export function tagNames(holder: JsonObject): readonly string[] {
  const names = objectsOf(holder, "Tag").flatMap((tag) => textOf(tag, "name") ?? []);
  if (holder.Galaxy === undefined) return names;
  const clusters = objectsOf(holder, "Galaxy").flatMap((galaxy) => objectsOf(galaxy, "GalaxyCluster"));
  return [...new Set([...names, ...clusters.flatMap((cluster) => textOf(cluster, "tag_name") ?? [])])];
}

/**
 * The marking that a distribution level amounts to: 0 (your organisation only) and 4 (a sharing group) forbid passing
 * on, as AMBER+STRICT does, whatever the tags say. Levels 1 to 3 say how far a MISP server may synchronise, not whom
 * a receiver may tell, and give none; 5 inherits.
 */
export function distributionMarking(holder: JsonObject): readonly string[] {
  const level = numberOf(holder, "distribution");
  return level === 0 || level === 4 ? ["TLP:AMBER+STRICT"] : [];
}

/** The UUID of the event that this one extends or was taken from is no lineage; the creating organisation is. */
export function creatorOf(event: JsonObject): string | undefined {
  const creator = isJsonObject(event.Orgc) ? textOf(event.Orgc, "name") : undefined;
  return creator ?? textOf(event, "orgc_name");
}

/** The role that a category gives when no tag does. `Network activity` says nothing. */
export function categoryRole(category: string): ThreatRole | undefined {
  return CATEGORY_ROLES.get(category);
}

const CATEGORY_ROLES: ReadonlyMap<string, ThreatRole> = new Map([
  ["Payload delivery", "malware-distribution"],
  ["Targeting data", "victim"],
  ["Financial fraud", "scam"],
]);

import { ALLOWED_TYPES } from "./attribute-types.ts";

type Properties = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SEEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00$/;
const TAG =
  /^(tlp:(clear|green|amber|amber\+strict|red)|PAP:(RED|AMBER|GREEN|CLEAR)|rsit:[a-z-]+="[a-z0-9-]+"|admiralty-scale:(source-reliability="[a-f]"|information-credibility="[1-6]"))$/;

/** Keys that the core format says MUST or SHALL be present, with the JSON type they have. */
const EVENT_KEYS: Readonly<Record<string, string>> = {
  uuid: "string",
  id: "string",
  published: "boolean",
  info: "string",
  threat_level_id: "string",
  analysis: "string",
  date: "string",
  timestamp: "string",
  publish_timestamp: "string",
  org_id: "string",
  orgc_id: "string",
  attribute_count: "string",
  distribution: "string",
  sharing_group_id: "string",
};
const ATTRIBUTE_KEYS: Readonly<Record<string, string>> = {
  uuid: "string",
  type: "string",
  category: "string",
  to_ids: "boolean",
  event_id: "string",
  distribution: "string",
  timestamp: "string",
  deleted: "boolean",
  value: "string",
};

/** Holds parsed JSON to what the MISP core format demands of an event: one line per fault, empty when it keeps all. */
export function eventFaults(json: unknown): string[] {
  const event = isProperties(json) ? json.Event : undefined;
  if (!isProperties(event)) return ["no Event"];
  const faults = [...keyFaults("event", event, EVENT_KEYS), ...eventValueFaults(event)];
  const attributes: readonly unknown[] = Array.isArray(event.Attribute) ? event.Attribute : [];
  if (String(attributes.length) !== event.attribute_count)
    faults.push("attribute_count is not the number of attributes");
  const uuids = new Set<unknown>([event.uuid]);
  for (const attribute of attributes) {
    if (!isProperties(attribute)) faults.push("an attribute is not an object");
    else {
      faults.push(...attributeFaults(attribute));
      if (uuids.has(attribute.uuid)) faults.push(`uuid ${String(attribute.uuid)} occurs twice`);
      uuids.add(attribute.uuid);
    }
  }
  return faults;
}

function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keyFaults(what: string, object: Properties, keys: Readonly<Record<string, string>>): string[] {
  return Object.entries(keys)
    .filter(([key, type]) => typeof object[key] !== type)
    .map(([key, type]) => `${what}: ${key} is not a ${type}`);
}

function eventValueFaults(event: Properties): string[] {
  const faults: string[] = [];
  const expect = (ok: boolean, fault: string) => {
    if (!ok) faults.push(`event: ${fault}`);
  };
  expect(UUID.test(String(event.uuid)), "uuid is not a UUID");
  expect(/^\d{4}-\d{2}-\d{2}$/.test(String(event.date)), "date is not YYYY-MM-DD");
  expect(/^\d+$/.test(String(event.timestamp)), "timestamp is not in seconds");
  expect(/^[1-4]$/.test(String(event.threat_level_id)), "threat_level_id is not 1 to 4");
  expect(/^[0-2]$/.test(String(event.analysis)), "analysis is not 0 to 2");
  expect(/^[0-3]$/.test(String(event.distribution)), "distribution is not 0 to 3");
  expect(event.sharing_group_id === "0", "sharing_group_id must be 0 without a sharing group");
  expect(
    String(event.info).length <= 256 && !/[\r\n]/.test(String(event.info)),
    "info is too long or has line breaks",
  );
  for (const role of ["Org", "Orgc"]) {
    const organisation = event[role];
    const complete =
      isProperties(organisation) && UUID.test(String(organisation.uuid)) && organisation.name !== "";
    expect(complete, `${role} lacks uuid or name`);
  }
  faults.push(...tagFaults("event", event.Tag));
  return faults;
}

function attributeFaults(attribute: Properties): string[] {
  const what = `attribute ${String(attribute.uuid)}`;
  const faults = keyFaults(what, attribute, ATTRIBUTE_KEYS);
  if (!UUID.test(String(attribute.uuid))) faults.push(`${what}: uuid is not a UUID`);
  if (attribute.value === "") faults.push(`${what}: value is empty`);
  if (!ALLOWED_TYPES[String(attribute.category)]?.includes(String(attribute.type))) {
    faults.push(`${what}: ${String(attribute.type)} is not allowed in ${String(attribute.category)}`);
  }
  if (!/^[0-35]$/.test(String(attribute.distribution))) faults.push(`${what}: distribution`);
  const { first_seen: first, last_seen: last } = attribute;
  for (const seen of [first, last]) {
    if (seen !== undefined && !SEEN.test(String(seen)))
      faults.push(`${what}: ${String(seen)} is not a time with microseconds`);
  }
  if (typeof first === "string" && typeof last === "string" && last < first)
    faults.push(`${what}: last_seen before first_seen`);
  return [...faults, ...tagFaults(what, attribute.Tag)];
}

function tagFaults(what: string, tags: unknown): string[] {
  const names = (Array.isArray(tags) ? tags : []).map((tag: unknown) =>
    isProperties(tag) ? String(tag.name) : "",
  );
  const faults = names
    .filter((name) => !TAG.test(name))
    .map((name) => `${what}: tag "${name}" is of no known taxonomy`);
  const levels = names.filter((name) => name.startsWith("tlp:")).length;
  if (levels !== 1) faults.push(`${what}: ${levels} TLP tags, expected 1`);
  return faults;
}

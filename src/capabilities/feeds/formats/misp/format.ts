import type { Claim, PartInput, RefusalCode, RowSink } from "../../format.ts";
import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { type JsonPlace, type JsonPlan, parseElement, splitJson } from "../../read/json-elements.ts";
import { instantOf, isJsonObject, type JsonObject, objectsOf, textOf } from "../../read/json-values.ts";
import { type AttributeValue, attributeValues, roleOfAttributeType } from "./attribute.ts";
import {
  categoryRole,
  creatorOf,
  distributionMarking,
  type EventContext,
  NO_EVENT,
  tagNames,
} from "./event.ts";
import { readTags, type TagMeaning } from "./tags.ts";

/**
 * MISP events in JSON: one event with or without its `Event` wrapper, a file of a feed, the answers of events/view and
 * restSearch (`response`), an array of events, and the answer of attributes/restSearch.
 *
 * A row is an attribute that is an indicator, inside objects too; its number is its place among all attributes of the
 * part. Comments, links, texts and the like describe and are no rows; neither is a URL under "External analysis" that
 * is not for detection, because it names a report. `to_ids` false else changes nothing: many producers leave it unset
 * for values that they do assert.
 * Tags may follow the attributes they apply to, hence two passes: events first, attributes then.
 */
export default defineFeedFormat({
  id: "misp",
  title: "MISP events",
  recognise(head) {
    const { text } = head;
    if (!/^\s*[{[]/.test(text)) return 0;
    if (isManifest(text) || isWarninglist(text)) return 90;
    if (!/"(?:Attribute|Object)"\s*:\s*\[/.test(text)) return /"Event"\s*:\s*\{/.test(text) ? 80 : 0;
    return /"(?:Event|response|Orgc|to_ids|object_relation)"\s*:/.test(text) ? 95 : 0;
  },
  async read(part, sink) {
    await refuseOtherFiles(part);
    const events = await collectEvents(part);
    const rows = await readAttributes(part, events, sink);
    if (rows > 0) return;
    throw new UnreadablePart(
      "no-indicators",
      "This MISP file holds no attributes that are indicators. Hand in the events that hold them.",
    );
  },
});

/** A feed's `manifest.json`: event UUID -> summary. */
function isManifest(text: string): boolean {
  return (
    /^\s*\{\s*"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"\s*:\s*\{/i.test(text) &&
    !/"Attribute"\s*:/.test(text)
  );
}

/** A warninglist: harmless values. Long ones end beyond the head, so `matching_attributes` may be out of sight. */
function isWarninglist(text: string): boolean {
  if (!/"list"\s*:\s*\[/.test(text) || /"Attribute"\s*:/.test(text)) return false;
  return (
    /"matching_attributes"\s*:/.test(text) ||
    /^\s*\{\s*"description"\s*:\s*"(?:[^"\\]|\\.)*",\s*"list"\s*:\s*\[/.test(text)
  );
}

async function refuseOtherFiles(part: PartInput): Promise<void> {
  let beginning = "";
  for await (const chunk of part.text()) {
    beginning += chunk;
    if (beginning.length > 64 * 1024) break;
  }
  if (isManifest(beginning)) {
    throw new UnreadablePart(
      "no-indicators",
      "This is the manifest of a MISP feed: it lists events and holds none. Hand in the event files it names.",
    );
  }
  if (isWarninglist(beginning)) {
    throw new UnreadablePart(
      "no-indicators",
      "This is a MISP warninglist: it lists harmless values. It serves as a shield; do not hand it in as a feed.",
    );
  }
}

/** Where events may stand, without the trailing slash. */
const EVENT_PATH = /^(?:(?:response|\*|response\/\*)(?:\/Event)?|Event|)$/;

/** Members of an event that the first pass reads. */
const EVENT_MEMBERS = new Set(["Tag", "Galaxy", "distribution", "date", "timestamp", "Orgc", "orgc_name"]);

const planEvents: JsonPlan = (path) => {
  if (EVENT_PATH.test(path)) return "enter";
  const { holder, member } = splitPath(path);
  return EVENT_PATH.test(holder) && EVENT_MEMBERS.has(member) ? "take" : "skip";
};

const planAttributes: JsonPlan = (path) => {
  if (EVENT_PATH.test(path)) return "enter";
  if (path.endsWith("/*")) return "take";
  const { holder, member } = splitPath(path);
  return EVENT_PATH.test(holder) && (member === "Attribute" || member === "Object") ? "enter" : "skip";
};

function splitPath(path: string): { holder: string; member: string } {
  const slash = path.lastIndexOf("/");
  return slash === -1
    ? { holder: "", member: path }
    : { holder: path.slice(0, slash), member: path.slice(slash + 1) };
}

/** More events than any file of events that was meant to be read at once. */
const MAX_EVENTS = 200_000;

/** The contexts of all events by their place in the outermost array (0 for a single event). */
async function collectEvents(part: PartInput): Promise<ReadonlyMap<number, EventContext>> {
  const events = new Map<number, EventContext>();
  let members: Record<string, unknown> = {};
  let current = 0;
  const finish = (): void => {
    if (Object.keys(members).length > 0) events.set(current, contextOf(members));
    members = {};
    if (events.size > MAX_EVENTS) {
      throw new UnreadablePart("too-big", `This file holds more than ${MAX_EVENTS} MISP events. Split it.`);
    }
  };
  try {
    await splitJson(part.text(), planEvents, (source, place) => {
      if (place.outer !== current) finish();
      current = place.outer;
      members[place.key] = parseElement(source, place);
    });
  } catch (error) {
    // The second pass meets a broken bracket again, after giving the attributes before it.
    if (!(error instanceof UnreadablePart) || error.code === "too-big") throw error;
  }
  finish();
  return events;
}

function contextOf(event: JsonObject): EventContext {
  const tags = readTags(tagNames(event));
  return {
    tags,
    markings: [...new Set([...tags.markings, ...distributionMarking(event)])],
    date: instantOf(event, "date") ?? instantOf(event, "timestamp"),
    reference: creatorOf(event),
  };
}

async function readAttributes(
  part: PartInput,
  events: ReadonlyMap<number, EventContext>,
  sink: RowSink,
): Promise<number> {
  let rows = 0;
  let place = 0;
  await splitJson(part.text(), planAttributes, (source, at) => {
    const value = parseElement(source, at);
    if (!isJsonObject(value)) return;
    const event = eventOf(value, at, events);
    const inner = objectsOf(value, "Attribute");
    const holder = textOf(value, "type") === undefined || inner.length > 0 ? value : null;
    for (const attribute of holder === null ? [value] : inner) {
      place++;
      if (readAttribute({ attribute, holder, event, row: place, sink })) rows++;
    }
  });
  return rows;
}

/**
 * The event of an attribute: by its place in the array of events, the only one, or what attributes/restSearch repeats
 * with each attribute.
 */
function eventOf(value: JsonObject, at: JsonPlace, events: ReadonlyMap<number, EventContext>): EventContext {
  if (isJsonObject(value.Event)) return contextOf(value.Event);
  const isInArray = at.path.startsWith("response/*/") || at.path.startsWith("*/");
  return events.get(isInArray ? at.outer : 0) ?? NO_EVENT;
}

interface Row {
  readonly attribute: JsonObject;
  /** The MISP object that the attribute is part of. */
  readonly holder: JsonObject | null;
  readonly event: EventContext;
  readonly row: number;
  readonly sink: RowSink;
}

/** True when the attribute is a row. */
function readAttribute(row: Row): boolean {
  const { attribute, holder, sink } = row;
  const type = textOf(attribute, "type") ?? "";
  const value = textOf(attribute, "value") ?? "";
  const values = attributeValues(type, value);
  if (values === "context" || isReportLink(attribute, type)) return false;
  sink.row();
  if (isTrue(attribute.deleted) || (holder !== null && isTrue(holder.deleted))) {
    refuse(row, "withdrawn", "The source deleted this attribute.");
  } else if (values === "unsupported") {
    refuse(row, "unsupported", `Attributes of type ${type.slice(0, 60)} are not fused.`);
  } else if (values.length === 0) refuse(row, "empty", "This attribute has no value.");
  else giveClaims(row, type, values);
  return true;
}

function isReportLink(attribute: JsonObject, type: string): boolean {
  if (type !== "url" && type !== "uri") return false;
  return textOf(attribute, "category") === "External analysis" && !isTrue(attribute.to_ids);
}

function giveClaims(row: Row, type: string, values: readonly AttributeValue[]): void {
  const { attribute, holder, event, sink } = row;
  const own = readTags([...tagNames(attribute), ...(holder === null ? [] : tagNames(holder))]);
  const markings = new Set([...event.markings, ...own.markings, ...distributionMarking(attribute)]);
  if (holder !== null) for (const marking of distributionMarking(holder)) markings.add(marking);
  const shared = {
    row: row.row,
    families: familiesOf(own, event.tags),
    markings: markings.size === 0 ? undefined : [...markings],
    reference: event.reference,
    ...timesOf(row),
  };
  for (const { value, type: observable, port } of values) {
    const isFile = observable?.startsWith("file-") === true;
    sink.claim({ ...shared, value, type: observable, port, role: roleOf(row, type, isFile, own) });
  }
}

/** Malware named on the attribute, else on the event; else the actor. */
function familiesOf(own: TagMeaning, event: TagMeaning): readonly string[] | undefined {
  return [own.families, event.families, own.actors, event.actors].find((names) => names.length > 0);
}

/** Nearest first: the attribute's and object's tags, victim types, the event's tags, categories, types, the actor alone. */
function roleOf(row: Row, type: string, isFile: boolean, own: TagMeaning): Claim["role"] {
  if (isFile) return "malware";
  const { attribute, holder, event } = row;
  const byType = roleOfAttributeType(type);
  if (byType === "victim" || textOf(holder ?? {}, "name") === "victim") return "victim";
  const hasActor = own.actors.length + event.tags.actors.length > 0;
  const named =
    networkRole(own.role) ??
    networkRole(event.tags.role) ??
    categoryRole(textOf(attribute, "category") ?? "");
  return named ?? (hasActor ? "actor-group" : byType);
}

/** A word such as `ransomware` on an address says what it serves, not what it is. */
function networkRole(role: Claim["role"]): Claim["role"] {
  return role === "malware" ? undefined : role;
}

/** `timestamp` is when the attribute was last written: the source stood by it then. */
function timesOf({ attribute, holder, event }: Row): Pick<Claim, "firstSeen" | "lastSeen" | "validUntil"> {
  const first = instantOf(attribute, "first_seen") ?? instantOf(holder ?? {}, "first_seen");
  const last = instantOf(attribute, "last_seen") ?? instantOf(holder ?? {}, "last_seen");
  const written = instantOf(attribute, "timestamp") ?? event.date;
  const sightings = objectsOf(attribute, "Sighting");
  const seen = sightings.filter((sighting) => textOf(sighting, "type") === "0").flatMap(sightedAt);
  const expired = sightings.filter((sighting) => textOf(sighting, "type") === "2").flatMap(sightedAt);
  const lastSeen = last ?? (first === undefined ? written : undefined);
  return {
    firstSeen: first ?? written,
    lastSeen: seen.length === 0 ? lastSeen : Math.max(...seen.slice(-1000), lastSeen ?? 0),
    validUntil: expired.length === 0 ? undefined : Math.min(...expired.slice(-1000)),
  };
}

function sightedAt(sighting: JsonObject): number[] {
  const at = instantOf(sighting, "date_sighting");
  return at === undefined ? [] : [at];
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

function refuse({ attribute, row, sink }: Row, code: RefusalCode, reason: string): void {
  sink.refuse({ row, code, reason, raw: JSON.stringify(attribute).slice(0, 4096) });
}

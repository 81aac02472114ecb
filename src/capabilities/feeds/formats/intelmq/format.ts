import type { ThreatRole } from "#standards/threat-role.ts";
import type { Claim, RowSink } from "../../format.ts";
import { defineFeedFormat } from "../../format.ts";
import {
  address,
  fileHashes,
  giveClaims,
  listOf,
  type Named,
  objectOfRecord,
  refuseRecord,
  tlpMarkings,
} from "../../read/json-claims.ts";
import { firstRecord, type JsonRecord, type RecordPlaces, readRecords } from "../../read/json-records.ts";
import { instantOf, isJsonObject, type JsonObject, numberOf, textOf } from "../../read/json-values.ts";
import { statusOf, threatRoleOf } from "../../read/words.ts";

const PLACES: RecordPlaces = {
  wrapper: /^(?:events|data)$/,
  isKeyed: (beginning) => /"source_queue"\s*:/.test(beginning) && /"message"\s*:/.test(beginning),
};

/**
 * IntelMQ events: an array, a line each (the file output), or a dump of messages that a bot could not handle. Keys are
 * dotted (`source.ip`) or nested. `source.*` is what the event is about; `destination.*` is whom it met.
 */
export default defineFeedFormat({
  id: "intelmq",
  title: "IntelMQ events (JSON)",
  recognise(head) {
    if (PLACES.isKeyed?.(head.text) === true && /^\s*\{/.test(head.text)) return 90;
    const record = firstRecord(head.text, PLACES);
    if (record === null) return 0;
    const event = flatten(record);
    const found = SIGNS.filter((key) => event[key] !== undefined).length;
    return found >= 2 ? 95 : 0;
  },
  read(part, sink) {
    return readRecords(part, PLACES, sink, (record) => readEvent(record, sink));
  },
});

const SIGNS = [
  "time.source",
  "time.observation",
  "classification.type",
  "feed.name",
  "source.ip",
  "source.fqdn",
  "source.url",
];

function readEvent(record: JsonRecord, sink: RowSink): void {
  const object = objectOfRecord(record, sink);
  if (object === null) return;
  const message = messageOf(object);
  if (message === null) {
    refuseRecord(record, "bad-row", "The message of this dump entry cannot be read.", sink);
    return;
  }
  const event = flatten(message);
  const observables = observablesOf(event);
  if (observables.length === 0 && event.raw !== undefined) {
    refuseRecord(
      record,
      "unsupported",
      "This is a report that no parser has read yet. Send the parsed events.",
      sink,
    );
    return;
  }
  giveClaims(record, observables, commonOf(event), sink);
}

/** A dump keeps the message as an object or as its JSON text. */
function messageOf(object: JsonObject): JsonObject | null {
  if (object.source_queue === undefined || object.message === undefined) return object;
  if (isJsonObject(object.message)) return object.message;
  try {
    const message: unknown = JSON.parse(String(object.message));
    return isJsonObject(message) ? message : null;
  } catch {
    return null;
  }
}

function commonOf(event: JsonObject): Omit<Partial<Claim>, "row" | "value"> {
  const seen = instantOf(event, "time.source") ?? instantOf(event, "time.observation");
  return {
    role: roleOf(event),
    families: listOf(textOf(event, "malware.name")),
    firstSeen: seen,
    lastSeen: seen,
    status: statusOf(textOf(event, "status") ?? ""),
    port: numberOf(event, "source.port"),
    country: textOf(event, "source.geolocation.cc"),
    confidence: numberOf(event, "feed.accuracy"),
    target: textOf(event, "event_description.target"),
    markings: tlpMarkings(textOf(event, "tlp")),
    reference: textOf(event, "feed.name") ?? textOf(event, "feed.provider"),
  };
}

function observablesOf(event: JsonObject): Named[] {
  const hashes = fileHashes(event, {
    "file-md5": "malware.hash.md5",
    "file-sha1": "malware.hash.sha1",
    "file-sha256": "malware.hash.sha256",
  });
  const [place] = [
    named(event, "source.url", (value) => ({ value, type: "url" as const, port: undefined })),
    named(event, "source.fqdn", (value) => ({ value, type: "domain-name" as const })),
    named(event, "source.ip", address),
    named(event, "source.network", (value) => ({ value })),
    named(event, "source.account", (value) => ({
      value,
      type: value.includes("@") ? ("email-addr" as const) : undefined,
    })),
  ].flat();
  const both = roleOf(event) === "c2" ? named(event, "source.ip", address) : [];
  return [
    ...(place === undefined ? [] : [place, ...both.filter(({ value }) => value !== place.value)]),
    ...hashes,
  ];
}

function named(event: JsonObject, key: string, make: (value: string) => Named): Named[] {
  const value = textOf(event, key);
  return value === undefined ? [] : [make(value)];
}

function roleOf(event: JsonObject): ThreatRole | undefined {
  const type = textOf(event, "classification.type") ?? "";
  const known = TYPE_ROLES.get(type);
  return known === undefined ? threatRoleOf(type.replaceAll("-", " ")) : (known ?? undefined);
}

/** The vocabulary of `classification.type`, where the general words do not already say the same; null says no role. */
const TYPE_ROLES: ReadonlyMap<string, ThreatRole | null> = new Map<string, ThreatRole | null>([
  ["blacklist", null],
  ["other", null],
  ["undetermined", null],
  ["test", null],
  ["tor", null],
  ["proxy", null],
  ["infected-system", "victim"],
  ["system-compromise", "compromised"],
  ["unauthorised-information-modification", "compromised"],
  ["application-compromise", "compromised"],
  ["malware-configuration", "c2"],
  ["dropzone", "c2"],
  ["ids-alert", "attacker"],
  ["ddos", "attacker"],
  ["dos", "attacker"],
  ["ddos-amplifier", "vulnerable"],
  ["weak-crypto", "vulnerable"],
  ["potentially-unwanted-accessible", "vulnerable"],
  ["information-disclosure", "vulnerable"],
  ["masquerade", "scam"],
  ["unauthorized-use-of-resources", "scam"],
]);

/** Nested keys as dotted ones, five levels deep. */
function flatten(object: JsonObject, prefix = "", depth = 0): JsonObject {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (isJsonObject(value) && depth < 5) Object.assign(flat, flatten(value, `${prefix}${key}.`, depth + 1));
    else flat[prefix + key] = value;
  }
  return flat;
}

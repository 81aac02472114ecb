import type { ThreatRole } from "#standards/threat-role.ts";
import type { Claim, RowSink } from "../../format.ts";
import { defineFeedFormat } from "../../format.ts";
import { confidenceOf, countryOf, portOf } from "../../read/cells.ts";
import {
  address,
  fileHashes,
  giveClaims,
  listOf,
  type Named,
  objectOfRecord,
  refuseRecord,
} from "../../read/json-claims.ts";
import { firstRecord, type JsonRecord, type RecordPlaces, readRecords } from "../../read/json-records.ts";
import { instantOf, type JsonObject, textOf } from "../../read/json-values.ts";
import { statusOf, threatRoleOf } from "../../read/words.ts";

const PLACES: RecordPlaces = {
  wrapper: /^(?:urls|data|payloads)$/,
  // The daily dumps of URLhaus and ThreatFox: number of the entry -> array of one.
  isKeyed: (beginning) => /^\s*\{\s*"\d+"\s*:\s*\[/.test(beginning),
};

/**
 * JSON of abuse.ch: URLhaus, ThreatFox, Feodo Tracker, SSLBL and MalwareBazaar, as API answers (`query_status`) and as
 * downloads. The tracker is the origin of every entry, as in its CSV exports. Reporters are private persons and are left
 * out; tags too, because they mix families with processor types.
 */
export default defineFeedFormat({
  id: "abusech-json",
  title: "abuse.ch JSON (URLhaus, ThreatFox, Feodo Tracker, SSLBL, MalwareBazaar)",
  recognise(head) {
    const record = firstRecord(head.text, PLACES);
    return record !== null && dialectOf(record) !== null ? 95 : 0;
  },
  read(part, sink) {
    return readRecords(part, PLACES, sink, (record) => readEntry(record, sink));
  },
});

type Reading = Omit<Partial<Claim>, "row" | "value"> & { readonly named: readonly Named[] };

interface Dialect {
  /** Fields that together occur in this dialect only. */
  readonly signs: readonly string[];
  read(entry: JsonObject): Reading | "unsupported";
}

const DIALECTS: readonly Dialect[] = [
  { signs: ["url", "url_status", "threat"], read: urlhaus },
  {
    signs: ["ioc", "ioc_type", "threat_type"],
    read: (entry) => threatfox(entry, "ioc", "first_seen", "last_seen"),
  },
  {
    signs: ["ioc_value", "ioc_type", "threat_type"],
    read: (entry) => threatfox(entry, "ioc_value", "first_seen_utc", "last_seen_utc"),
  },
  { signs: ["ip_address", "port", "malware"], read: feodo },
  { signs: ["ip_address", "port", "listing_reason"], read: feodo },
  { signs: ["sha1_fingerprint"], read: () => "unsupported" },
  { signs: ["sha256_hash", "md5_hash", "signature"], read: sample },
];

function dialectOf(entry: JsonObject): Dialect | null {
  return DIALECTS.find(({ signs }) => signs.every((sign) => entry[sign] !== undefined)) ?? null;
}

function readEntry(record: JsonRecord, sink: RowSink): void {
  const entry = objectOfRecord(record, sink);
  if (entry === null) return;
  const reading = dialectOf(entry)?.read(entry);
  if (reading === undefined) {
    refuseRecord(record, "bad-row", "This entry lacks the fields of the abuse.ch exports.", sink);
  } else if (reading === "unsupported") {
    refuseRecord(record, "unsupported", "This kind of value (a certificate, a rule) is not fused.", sink);
  } else {
    const { named, ...common } = reading;
    giveClaims(record, named, common, sink);
  }
}

function urlhaus(entry: JsonObject): Reading {
  const url = textOf(entry, "url");
  return {
    named: url === undefined ? [] : [{ value: url, type: "url" }],
    role: roleOf(textOf(entry, "threat")) ?? "malware-distribution",
    status: statusOf(textOf(entry, "url_status") ?? ""),
    firstSeen: instantOf(entry, "dateadded") ?? instantOf(entry, "date_added"),
    lastSeen: instantOf(entry, "last_online"),
    reference: "abuse.ch URLhaus",
  };
}

function threatfox(entry: JsonObject, value: string, first: string, last: string): Reading | "unsupported" {
  const ioc = textOf(entry, value);
  const kind = textOf(entry, "ioc_type") ?? "";
  if (ioc !== undefined && !IOC_TYPES.has(kind)) return "unsupported";
  const role = kind.endsWith("_hash") ? "malware" : roleOf(textOf(entry, "threat_type"));
  return {
    named: ioc === undefined ? [] : [iocOf(ioc, kind)],
    role,
    families: listOf(textOf(entry, "malware_printable") ?? textOf(entry, "malware")),
    confidence: confidenceOf(textOf(entry, "confidence_level") ?? ""),
    firstSeen: instantOf(entry, first),
    lastSeen: instantOf(entry, last),
    reference: "abuse.ch ThreatFox",
  };
}

const IOC_TYPES: ReadonlyMap<string, Claim["type"]> = new Map<string, Claim["type"]>([
  ["ip:port", undefined],
  ["domain", "domain-name"],
  ["url", "url"],
  ["md5_hash", "file-md5"],
  ["sha1_hash", "file-sha1"],
  ["sha256_hash", "file-sha256"],
  ["envelope_from", "email-addr"],
  ["body_from", "email-addr"],
]);

function iocOf(ioc: string, kind: string): Named {
  const colon = ioc.lastIndexOf(":");
  if (kind !== "ip:port" || colon === -1) return { value: ioc, type: IOC_TYPES.get(kind) };
  return { ...address(ioc.slice(0, colon).replace(/^\[(.*)\]$/, "$1")), port: portOf(ioc.slice(colon + 1)) };
}

function feodo(entry: JsonObject): Reading {
  const ip = textOf(entry, "ip_address");
  return {
    named: ip === undefined ? [] : [{ ...address(ip), port: portOf(textOf(entry, "port") ?? "") }],
    role: "c2",
    families: listOf(textOf(entry, "malware") ?? textOf(entry, "listing_reason")?.replace(/ C&C$/i, "")),
    status: statusOf(textOf(entry, "status") ?? ""),
    country: countryOf(textOf(entry, "country") ?? ""),
    firstSeen: instantOf(entry, "first_seen"),
    lastSeen: instantOf(entry, "last_online"),
    reference: entry.malware === undefined ? "abuse.ch SSLBL" : "abuse.ch Feodo Tracker",
  };
}

function sample(entry: JsonObject): Reading {
  return {
    named: fileHashes(entry, {
      "file-sha256": "sha256_hash",
      "file-sha1": "sha1_hash",
      "file-md5": "md5_hash",
    }),
    families: listOf(textOf(entry, "signature")),
    firstSeen: instantOf(entry, "first_seen") ?? instantOf(entry, "firstseen"),
    lastSeen: instantOf(entry, "last_seen") ?? instantOf(entry, "lastseen"),
    reference: "abuse.ch MalwareBazaar",
  };
}

function roleOf(word: string | undefined): ThreatRole | undefined {
  return word === undefined ? undefined : threatRoleOf(word.replaceAll("_", " "));
}

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
 * downloads. Reporters are private persons and are left out; tags too, because they mix families with processor types.
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
  const first = instantOf(entry, "dateadded") ?? instantOf(entry, "date_added");
  const status = statusOf(textOf(entry, "url_status") ?? "");
  return {
    named: url === undefined ? [] : [{ value: url, type: "url" }],
    role: roleOf(textOf(entry, "threat")) ?? "malware-distribution",
    status,
    firstSeen: first,
    // When it went off line is not said; that it is off line was seen at the time of the export at the earliest.
    lastSeen: instantOf(entry, "last_online") ?? (status === "offline" ? undefined : first),
    reference: textOf(entry, "urlhaus_link") ?? textOf(entry, "urlhaus_reference"),
  };
}

function threatfox(entry: JsonObject, value: string, first: string, last: string): Reading | "unsupported" {
  const ioc = textOf(entry, value);
  const kind = textOf(entry, "ioc_type") ?? "";
  if (ioc !== undefined && !IOC_TYPES.has(kind)) return "unsupported";
  const firstSeen = instantOf(entry, first);
  const role = kind.endsWith("_hash") ? "malware" : roleOf(textOf(entry, "threat_type"));
  return {
    named: ioc === undefined ? [] : [iocOf(ioc, kind)],
    role,
    families: listOf(textOf(entry, "malware_printable") ?? textOf(entry, "malware")),
    confidence: confidenceOf(textOf(entry, "confidence_level") ?? ""),
    firstSeen,
    lastSeen: instantOf(entry, last) ?? firstSeen,
    reference: textOf(entry, "reference"),
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
  const first = instantOf(entry, "first_seen");
  return {
    named: ip === undefined ? [] : [{ ...address(ip), port: portOf(textOf(entry, "port") ?? "") }],
    role: "c2",
    families: listOf(textOf(entry, "malware") ?? textOf(entry, "listing_reason")?.replace(/ C&C$/i, "")),
    status: statusOf(textOf(entry, "status") ?? ""),
    country: countryOf(textOf(entry, "country") ?? ""),
    firstSeen: first,
    lastSeen: instantOf(entry, "last_online") ?? first,
  };
}

function sample(entry: JsonObject): Reading {
  const first = instantOf(entry, "first_seen") ?? instantOf(entry, "firstseen");
  return {
    named: fileHashes(entry, {
      "file-sha256": "sha256_hash",
      "file-sha1": "sha1_hash",
      "file-md5": "md5_hash",
    }),
    families: listOf(textOf(entry, "signature")),
    firstSeen: first,
    lastSeen: instantOf(entry, "last_seen") ?? instantOf(entry, "lastseen") ?? first,
  };
}

function roleOf(word: string | undefined): ThreatRole | undefined {
  return word === undefined ? undefined : threatRoleOf(word.replaceAll("_", " "));
}

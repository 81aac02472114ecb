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
} from "../../read/json-claims.ts";
import { firstRecord, type JsonRecord, type RecordPlaces, readRecords } from "../../read/json-records.ts";
import { instantOf, type JsonObject, numberOf, objectsOf, textOf } from "../../read/json-values.ts";

const PLACES: RecordPlaces = { wrapper: /^(?:data|events|results)$/ };

/**
 * Events of n6 (CERT Polska) as its API answers them: an array, or a line each. `source` is the channel that n6 has it
 * from, so it is the lineage. Its confidence is a word (`low`, `medium`, `high`) and is not turned into a number.
 */
export default defineFeedFormat({
  id: "n6",
  title: "n6 events (JSON)",
  recognise(head) {
    const record = firstRecord(head.text, PLACES);
    if (record === null || !CATEGORY_ROLES.has(textOf(record, "category") ?? "")) return 0;
    const fields = ["id", "source", "restriction", "confidence", "time", "address", "fqdn"];
    const found = fields.filter((field) => record[field] !== undefined).length;
    return found >= 4 ? 95 : 0;
  },
  read(part, sink) {
    return readRecords(part, PLACES, sink, (record) => readEvent(record, sink));
  },
});

function readEvent(record: JsonRecord, sink: RowSink): void {
  const event = objectOfRecord(record, sink);
  if (event === null) return;
  const status = textOf(event, "status");
  if (status === "delisted") {
    refuseRecord(record, "withdrawn", "The source took this off its list.", sink);
    return;
  }
  const role = CATEGORY_ROLES.get(textOf(event, "category") ?? "");
  const time = instantOf(event, "time");
  const common: Omit<Partial<Claim>, "row" | "value"> = {
    role: role ?? undefined,
    families: listOf(textOf(event, "name")),
    firstSeen: time,
    lastSeen: instantOf(event, "until") ?? time,
    validUntil: instantOf(event, "expires"),
    target: textOf(event, "target"),
    markings: RESTRICTIONS.get(textOf(event, "restriction") ?? ""),
    reference: textOf(event, "source"),
    status: status === "expired" ? "offline" : undefined,
  };
  giveClaims(record, observables(event, role), common, sink);
}

/**
 * What the event is about. A host's misbehaviour is about its addresses; a page about its URL, else its name. The
 * addresses beside a URL or name only say where it pointed then, except for a C2, which is both.
 */
function observables(event: JsonObject, role: ThreatRole | null | undefined): Named[] {
  const port = numberOf(event, role === "c2" ? "dport" : "sport");
  const addresses = objectsOf(event, "address").flatMap((entry) => {
    const ip = textOf(entry, "ip");
    return ip === undefined ? [] : [{ ...address(ip), port, country: textOf(entry, "cc") }];
  });
  const url = textOf(event, "url");
  const fqdn = textOf(event, "fqdn");
  const hashes = fileHashes(event, { "file-md5": "md5", "file-sha1": "sha1", "file-sha256": "sha256" });
  const page: Named[] = [];
  if (url !== undefined) page.push({ value: url, type: "url" });
  else if (fqdn !== undefined)
    page.push({ value: fqdn, type: "domain-name", port: role === "c2" ? port : undefined });
  if (HOST_ROLES.has(role ?? "unknown"))
    return addresses.length > 0 ? [...addresses, ...hashes] : [...page, ...hashes];
  if (role === "c2") return [...page, ...addresses, ...hashes];
  return [...(page.length > 0 ? page : addresses), ...hashes];
}

const HOST_ROLES: ReadonlySet<ThreatRole> = new Set<ThreatRole>(["victim", "vulnerable", "attacker", "spam"]);

/** The categories of n6; null where the category says no role. */
const CATEGORY_ROLES: ReadonlyMap<string, ThreatRole | null> = new Map<string, ThreatRole | null>([
  ["amplifier", "vulnerable"],
  ["backdoor", "compromised"],
  ["bots", "victim"],
  ["cnc", "c2"],
  ["deface", "compromised"],
  ["dns-query", null],
  ["dos-attacker", "attacker"],
  ["dos-victim", "victim"],
  ["exposed", "vulnerable"],
  ["flow", null],
  ["flow-anomaly", null],
  ["fraud", "scam"],
  ["leak", "victim"],
  ["malurl", "malware-distribution"],
  ["malware-action", null],
  ["other", null],
  ["phish", "phishing"],
  ["proxy", null],
  ["sandbox-url", "malware-distribution"],
  ["scam", "scam"],
  ["scanning", "attacker"],
  ["server-exploit", "attacker"],
  ["spam", "spam"],
  ["spam-url", "spam"],
  ["tor", null],
  ["vulnerable", "vulnerable"],
  ["webinject", null],
]);

const RESTRICTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["need-to-know", ["TLP:AMBER"]],
  ["internal", ["TLP:AMBER+STRICT"]],
]);

import type { ThreatRole } from "#standards/threat-role.ts";
import type { Claim, RowSink } from "../../format.ts";
import { defineFeedFormat } from "../../format.ts";
import {
  address,
  giveClaims,
  listOf,
  type Named,
  objectOfRecord,
  refuseRecord,
} from "../../read/json-claims.ts";
import { type JsonRecord, type RecordPlaces, readRecords } from "../../read/json-records.ts";
import {
  instantOf,
  isJsonObject,
  type JsonObject,
  numberOf,
  textOf,
  textsOf,
} from "../../read/json-values.ts";
import { shapeOf } from "../../read/shape.ts";

const PLACES: RecordPlaces = { wrapper: /^(?:reports|data)$/ };

/**
 * Abuse reports in XARF version 4 (and the older 3): one report, an array, or a line each. A report is about its
 * source; where the abuse is a page, about the page. Evidence is not opened.
 */
export default defineFeedFormat({
  id: "xarf",
  title: "XARF abuse reports, versions 3 and 4",
  recognise(head) {
    if (!/^\s*[{[]/.test(head.text)) return 0;
    if (/"xarf_version"\s*:/.test(head.text)) return 97;
    return /"ReporterInfo"\s*:\s*\{/.test(head.text) && /"Report(?:Type|Class)"\s*:/.test(head.text) ? 97 : 0;
  },
  read(part, sink) {
    return readRecords(part, PLACES, sink, (record) => readReport(record, sink));
  },
});

function readReport(record: JsonRecord, sink: RowSink): void {
  const object = objectOfRecord(record, sink);
  if (object === null) return;
  const report = isJsonObject(object.Report) ? fromVersion3(object, object.Report) : object;
  const category = textOf(report, "category")?.toLowerCase() ?? "";
  const type = textOf(report, "type")?.toLowerCase().replaceAll(/[\s-]/g, "_") ?? "";
  if (category === "copyright" || type === "copyright") {
    refuseRecord(record, "unsupported", "Copyright reports are no business of this product.", sink);
    return;
  }
  if (CHILD_ABUSE.has(type)) {
    // Not even the address is kept: whoever reads refused rows must not be led there.
    const reason =
      "Reports of child sexual abuse material are not taken. Send them to the hotline or unit in charge.";
    refuseRecord({ ...record, source: `${category}/${type}` }, "unsupported", reason, sink);
    return;
  }
  const reported = instantOf(report, "timestamp");
  const lastSeen = instantOf(report, "last_seen") ?? reported;
  const tags = textsOf(report, "tags");
  const common: Omit<Partial<Claim>, "row" | "value"> = {
    families: listOf(textOf(report, "malware_family") ?? tagValue(tags, "malware")),
    firstSeen: instantOf(report, "first_seen") ?? instantOf(report, "first_reported") ?? lastSeen,
    lastSeen,
    confidence: confidenceOf(report),
    target: textOf(report, "target_brand"),
    reference: reporterOf(report),
  };
  giveClaims(record, observablesOf(report, category, type), common, sink);
}

function observablesOf(report: JsonObject, category: string, type: string): Named[] {
  const role = roleOf(report, type);
  const source = textOf(report, "source_identifier");
  const url = textOf(report, "url");
  const named: Named[] = [];
  // The page is the abuse; the address under it hosts others too.
  if (url !== undefined && category === "content") named.push({ value: url, type: "url", role });
  else if (source !== undefined) {
    const country = textOf(report, "geographic_location");
    const port = role === "c2" ? numberOf(report, "source_port") : undefined;
    named.push({ ...identified(source), role, port, country: country?.length === 2 ? country : undefined });
  }
  const c2 = textOf(report, "c2_server");
  if (c2 !== undefined) named.push({ ...identified(c2), role: "c2" });
  for (const hash of type === "malware"
    ? [textOf(report, "file_hash"), textOf(report, "malware_hash")]
    : []) {
    // Written as `sha256:abc...` or alone; the shape tells which algorithm it is.
    if (hash !== undefined) named.push({ value: hash.replace(/^[a-z0-9-]+:/i, ""), role: "malware" });
  }
  return named;
}

function identified(value: string): Named {
  return shapeOf(value) === "ip" ? address(value) : { value };
}

/** Reputation reports name their threat apart from their type. */
function roleOf(report: JsonObject, type: string): ThreatRole | undefined {
  if (type === "blocklist" || type === "threat_intelligence") {
    return THREAT_TYPES.get(textOf(report, "threat_type")?.toLowerCase() ?? "");
  }
  return TYPE_ROLES.get(type);
}

const CHILD_ABUSE = new Set(["csam", "csem"]);

const TYPE_ROLES: ReadonlyMap<string, ThreatRole> = new Map<string, ThreatRole>([
  ["phishing", "phishing"],
  ["brand_infringement", "phishing"],
  ["fraud", "scam"],
  ["suspicious_registration", "phishing"],
  ["malware", "malware-distribution"],
  ["remote_compromise", "compromised"],
  ["compromised_server", "compromised"],
  ["compromised_account", "compromised"],
  ["botnet", "victim"],
  ["infected_host", "victim"],
  ["spam", "spam"],
  ["bulk_messaging", "spam"],
  ["login_attack", "attacker"],
  ["port_scan", "attacker"],
  ["ddos", "attacker"],
  ["scraping", "attacker"],
  ["sql_injection", "attacker"],
  ["reconnaissance", "attacker"],
  ["vulnerability_scan", "attacker"],
  ["cve", "vulnerable"],
  ["open_service", "vulnerable"],
  ["misconfiguration", "vulnerable"],
  ["exposed_data", "vulnerable"],
]);

const THREAT_TYPES: ReadonlyMap<string, ThreatRole> = new Map<string, ThreatRole>([
  ["command_and_control", "c2"],
  ["c2", "c2"],
  ["phishing", "phishing"],
  ["malware", "malware-distribution"],
  ["spam", "spam"],
  ["botnet", "victim"],
  ["scanner", "attacker"],
  ["brute_force", "attacker"],
]);

/** Version 3 keeps the same things under other names, some of them two levels deep. */
function fromVersion3(object: JsonObject, report: JsonObject): JsonObject {
  const source = isJsonObject(report.Source) ? report.Source : {};
  const more = isJsonObject(report.AdditionalInfo) ? report.AdditionalInfo : {};
  const url = textOf(report, "Url") ?? textOf(source, "URL") ?? textOf(more, "URL");
  return {
    category: url === undefined ? (textOf(report, "ReportClass") ?? "") : "content",
    type: textOf(report, "ReportType"),
    timestamp: textOf(report, "Date"),
    source_identifier: textOf(report, "SourceIp") ?? textOf(source, "IP") ?? textOf(source, "Value"),
    source_port: report.SourcePort ?? source.Port,
    url,
    malware_family: textOf(more, "MalwareFamily"),
    reporter: object.ReporterInfo,
  };
}

/** Version 4 gives `confidence` from 0 to 1 in some releases and 0 to 100 in others; a share is not converted. */
function confidenceOf(report: JsonObject): number | undefined {
  const confidence = numberOf(report, "confidence_score") ?? numberOf(report, "confidence");
  return confidence !== undefined && confidence > 1 && confidence <= 100 ? confidence : undefined;
}

function reporterOf(report: JsonObject): string | undefined {
  if (!isJsonObject(report.reporter)) return undefined;
  return textOf(report.reporter, "org") ?? textOf(report.reporter, "ReporterOrg");
}

function tagValue(tags: readonly string[], name: string): string | undefined {
  const tag = tags.find((text) => text.startsWith(`${name}:`));
  return tag === undefined ? undefined : tag.slice(name.length + 1) || undefined;
}

import type { ThreatRole } from "#standards/threat-role.ts";
import type { ReadOptions } from "../../format.ts";
import type { ClaimColumns, ObservableColumn } from "../../read/claim-columns.ts";

/** How the rows of one report are read: the first entry whose `when` is true (or absent) serves the row. */
export interface ReportPlan {
  readonly byRow: readonly { when?: (fields: readonly string[]) => boolean; columns: ClaimColumns }[];
}

/**
 * Finds out by the columns which Shadowserver report this is, and what it says about whom. `names` are in lower case.
 * `null`: not a Shadowserver report.
 *
 * | report | observable | role |
 * | sinkhole events, infected drones, darknet with a named infection | source address | victim |
 * | honeypot events, darknet scans | source address | attacker |
 * | compromised website | site and its address | compromised |
 * | malware URL, phishing URL | URL (and the file's SHA-256) | malware-distribution, phishing |
 * | sandbox | the sample's hash | malware |
 * | block list | address | left to the delivery: the reason is free text |
 * | scans, device identification, special | address | vulnerable, compromised where the tag says so |
 *
 * Left out on purpose: the sinkhole or honeypot at the other end (ours or a friend's); the reverse DNS name, which
 * repeats the address; host and address beside a URL; names and URLs that a sample asked for in a sandbox, which are
 * mostly update servers and certificate lists of honest companies; the fingerprints of a scanned server's certificate.
 */
export function planReport(names: readonly string[], options: ReadOptions): ReportPlan | null {
  const has = (...wanted: readonly string[]) => wanted.every((name) => names.includes(name));
  if (!has("timestamp")) return null;
  const plan = (role: ThreatRole | undefined, ...columns: readonly Wanted[]) =>
    ({ columns: columnsFor(names, options, role, columns) }) as const;

  if (has("src_ip", "dst_ip", "src_geo")) return planEvent(names, plan);
  if (has("md5", "url", "user_agent", "host"))
    return { byRow: [plan("malware", { name: "md5", type: "file-md5" })] };
  if (has("md5hash", "request", "response")) {
    return { byRow: [plan("malware", { name: "md5hash", type: "file-md5" })] };
  }
  if (!has("ip", "asn", "geo", "region", "city")) return null;
  if (has("url", "host", "source", "sha256")) {
    const sample: Wanted = { name: "sha256", type: "file-sha256", ownRole: "malware" };
    return { byRow: [plan("malware-distribution", { name: "url", type: "url" }, sample)] };
  }
  if (has("url", "host", "source")) return { byRow: [plan("phishing", { name: "url", type: "url" })] };
  if (has("http_host", "category", "detected_since")) {
    return { byRow: [plan("compromised", { name: "http_host" }, { name: "ip" })] };
  }
  if (has("source", "reason")) return { byRow: [plan(undefined, { name: "ip" })] };
  if (has("infection", "cc_ip")) return { byRow: [plan("victim", { name: "ip" })] };
  if (!has("tag") && !has("port")) return null;
  return {
    byRow: [
      {
        when: wordIn(names, ["tag", "status", "detail"], TAKEN_OVER),
        ...plan("compromised", { name: "ip" }),
      },
      plan("vulnerable", { name: "ip" }),
    ],
  };
}

/** Tags of devices that are not only exposed but already in somebody's hands. */
const TAKEN_OVER = /webshell|compromised|implant|backdoor|hacked/i;

type Planner = (role: ThreatRole | undefined, ...columns: readonly Wanted[]) => ReportPlan["byRow"][number];

function planEvent(names: readonly string[], plan: Planner): ReportPlan {
  const source: Wanted = { name: "src_ip" };
  const isHoneypot = [
    "username",
    "password",
    "payload_url",
    "pattern",
    "http_request_method",
    "sensor_id",
  ].some((name) => names.includes(name));
  if (isHoneypot) return { byRow: [plan("attacker", source)] };
  // The darknet report counts packets; a row without infection is a mere scan.
  if (names.includes("count")) {
    return {
      byRow: [
        { when: wordIn(names, ["infection", "family"], /\S/), ...plan("victim", source) },
        plan("attacker", source),
      ],
    };
  }
  return { byRow: [plan("victim", source)] };
}

interface Wanted {
  readonly name: string;
  readonly type?: ObservableColumn["type"];
  readonly ownRole?: ThreatRole;
}

function columnsFor(
  names: readonly string[],
  options: ReadOptions,
  role: ThreatRole | undefined,
  wanted: readonly Wanted[],
): ClaimColumns {
  const first = (...candidates: readonly string[]) => {
    const name = candidates.find((candidate) => names.includes(candidate));
    return name === undefined ? undefined : names.indexOf(name);
  };
  const hints = { timeZone: options.timeZone };
  const seen = names.indexOf("timestamp");
  const since = first("detected_since");
  return {
    observables: wanted.map(({ name, type, ownRole }) => ({
      index: names.indexOf(name),
      type,
      role,
      ownRole,
      rank: 0,
    })),
    family: ["family", ...(role === "attacker" ? [] : ["infection"])].flatMap((name) =>
      names.includes(name) ? [names.indexOf(name)] : [],
    ),
    firstSeen: since === undefined ? undefined : { index: since, hints },
    seen: { index: seen, hints },
    // The source port of an event is chosen by chance for one connection.
    port: first("port"),
    country: first("src_geo", "geo"),
    reference: first("public_source", "source"),
    origin: "Shadowserver",
  };
}

function wordIn(names: readonly string[], columns: readonly string[], pattern: RegExp) {
  const indexes = columns.flatMap((name) => (names.includes(name) ? [names.indexOf(name)] : []));
  return (fields: readonly string[]) =>
    indexes.some((index) => pattern.test((fields[index] ?? "").slice(0, 1000)));
}

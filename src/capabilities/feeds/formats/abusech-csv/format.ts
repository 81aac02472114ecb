import type { ThreatRole } from "#standards/threat-role.ts";
import { defineFeedFormat, type ReadOptions, type RowSink, UnreadablePart } from "../../format.ts";
import { type ClaimColumns, createClaimer, type ObservableColumn } from "../../read/claim-columns.ts";
import { headFirst } from "../../read/head-first.ts";
import { findHeader, readTable } from "../../read/table.ts";
import { threatRoleOf } from "../../read/words.ts";

/**
 * The CSV exports of abuse.ch: URLhaus, ThreatFox, Feodo Tracker, SSLBL (addresses) and MalwareBazaar. The header
 * stands in the last comment line, or is the first record. Reporters' names are left out: private persons. Tags too:
 * they mix families with processor types and download tools.
 */
export default defineFeedFormat({
  id: "abusech-csv",
  title: "abuse.ch CSV (URLhaus, ThreatFox, Feodo Tracker, SSLBL, MalwareBazaar)",

  recognise(head) {
    if (head.text.length === 0) return 0;
    return findHeader(head.text, (names) => dialectOf(names) !== null) === null ? 0 : 95;
  },

  async read(part, sink, options) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const header = findHeader(head, (names) => dialectOf(names) !== null);
    const dialect = header === null ? null : dialectOf(header.names);
    if (header === null || dialect === null) {
      throw new UnreadablePart(
        "broken",
        "The line with the column names of the abuse.ch export is missing. Send the file as downloaded.",
      );
    }
    const shape = { separator: ",", width: header.names.length, hasHeader: header.place === "record" };
    await readTable(all, shape, sink, dialect.take(header.names, sink, options));
  },
});

interface Dialect {
  /** Columns that only this export has together. */
  readonly signature: readonly string[];
  take(
    names: readonly string[],
    sink: RowSink,
    options: ReadOptions,
  ): (fields: readonly string[], line: number) => void;
}

const DIALECTS: readonly Dialect[] = [
  {
    signature: ["dateadded", "url", "url_status", "threat"],
    take: (names, sink, options) =>
      createClaimer(
        {
          observables: [{ index: names.indexOf("url"), type: "url", role: "malware-distribution", rank: 0 }],
          role: column(names, "threat"),
          ...dates(names, options, "dateadded", "last_online"),
          status: names.indexOf("url_status"),
          origin: "abuse.ch URLhaus",
        },
        sink,
      ),
  },
  {
    signature: ["ioc_value", "ioc_type", "threat_type"],
    take: (names, sink, options) => {
      const columns: Omit<ClaimColumns, "observables"> = {
        family: [names.indexOf("malware_printable")].filter((index) => index !== -1),
        ...dates(names, options, "first_seen_utc", "last_seen_utc"),
        confidence: optional(names, "confidence_level"),
        origin: "abuse.ch ThreatFox",
      };
      return takeThreatFox(names, columns, sink);
    },
  },
  {
    signature: ["sha256_hash", "md5_hash", "signature"],
    take: (names, sink, options) =>
      createClaimer(
        {
          observables: [
            { index: names.indexOf("sha256_hash"), type: "file-sha256", ownRole: "malware", rank: 0 },
            { index: names.indexOf("md5_hash"), type: "file-md5", ownRole: "malware", rank: 0 },
            ...(names.includes("sha1_hash")
              ? [
                  {
                    index: names.indexOf("sha1_hash"),
                    type: "file-sha1",
                    ownRole: "malware",
                    rank: 0,
                  } as const,
                ]
              : []),
          ],
          family: [names.indexOf("signature")],
          ...dates(names, options, "first_seen_utc", "last_seen_utc"),
          origin: "abuse.ch MalwareBazaar",
        },
        sink,
      ),
  },
  addressDialect(
    ["first_seen_utc", "dst_ip", "dst_port"],
    "first_seen_utc",
    "last_online",
    "dst_ip",
    "dst_port",
  ),
  addressDialect(["firstseen", "dstip", "dstport"], "firstseen", "lastonline", "dstip", "dstport"),
  {
    signature: ["listingdate", "sha1", "listingreason"],
    take: (_names, sink) => (fields, row) => {
      const reason =
        "This is the fingerprint of a TLS certificate, not of a file. Send the SSLBL list of addresses instead.";
      sink.refuse({ row, code: "unsupported", reason, raw: fields.join(",").slice(0, 4096) });
    },
  },
];

/** Feodo Tracker and the SSLBL address list: botnet C2 servers, one address and port per row. */
function addressDialect(
  signature: readonly string[],
  first: string,
  last: string,
  ip: string,
  port: string,
): Dialect {
  return {
    signature,
    take: (names, sink, options) =>
      createClaimer(
        {
          observables: [{ index: names.indexOf(ip), role: "c2", rank: 0 }],
          ...dates(names, options, first, last),
          port: names.indexOf(port),
          family: names.includes("malware") ? [names.indexOf("malware")] : undefined,
          status: optional(names, "c2_status"),
          origin: names.includes("malware") ? "abuse.ch Feodo Tracker" : "abuse.ch SSLBL",
        },
        sink,
      ),
  };
}

const THREATFOX_TYPES: Readonly<Record<string, ObservableColumn["type"]>> = {
  url: "url",
  domain: "domain-name",
  md5_hash: "file-md5",
  sha1_hash: "file-sha1",
  sha256_hash: "file-sha256",
};

/** The kind of a ThreatFox value stands in its own column, so there is one claimer per kind and role. */
function takeThreatFox(names: readonly string[], columns: Omit<ClaimColumns, "observables">, sink: RowSink) {
  const index = names.indexOf("ioc_value");
  const typeIndex = names.indexOf("ioc_type");
  const threatIndex = names.indexOf("threat_type");
  const claimers = new Map<string, (fields: readonly string[], line: number) => void>();
  return (fields: readonly string[], line: number): void => {
    const kind = fields[typeIndex] ?? "";
    const threat = fields[threatIndex] ?? "";
    const key = `${kind} ${threat}`;
    let claim = claimers.get(key);
    if (claim === undefined) {
      const type = THREATFOX_TYPES[kind.trim()];
      const ownRole: ThreatRole | undefined = type?.startsWith("file-")
        ? "malware"
        : threatRoleOf(threat.trim());
      claim = createClaimer({ ...columns, observables: [{ index, type, ownRole, rank: 0 }] }, sink);
      if (claimers.size < 1000) claimers.set(key, claim);
    }
    claim(fields, line);
  };
}

function dialectOf(names: readonly string[]): Dialect | null {
  return DIALECTS.find((dialect) => dialect.signature.every((name) => names.includes(name))) ?? null;
}

function dates(names: readonly string[], options: ReadOptions, first: string, last: string) {
  const hints = { timeZone: options.timeZone };
  const at = (name: string) => (names.includes(name) ? { index: names.indexOf(name), hints } : undefined);
  return { firstSeen: at(first), lastSeen: at(last) };
}

function column(names: readonly string[], name: string): readonly number[] {
  return [names.indexOf(name)];
}

function optional(names: readonly string[], name: string): number | undefined {
  return names.includes(name) ? names.indexOf(name) : undefined;
}

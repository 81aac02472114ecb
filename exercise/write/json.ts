import { gzipSync } from "node:zlib";
import { isoSecond } from "../calendar.ts";
import type { Random } from "../random.ts";
import type { Row, Statement } from "../statements.ts";
import { RSIT_CLASS, RSIT_TYPE } from "./fields.ts";

/** JSON lines; a line that must be broken ends in the middle of its value. */
function jsonLines(rows: readonly Row[], of: (said: Statement) => unknown): string {
  return rows
    .flatMap((row) => row.statements.map((said) => ({ text: JSON.stringify(of(said)), bad: row.bad })))
    .map(({ text, bad }) => `${bad === "broken-json" ? text.slice(0, Math.floor(text.length / 2)) : text}\n`)
    .join("");
}

/** The reseller's JSON lines, with the references of whoever found it, gzipped. */
export function writeResoldLines(rows: readonly Row[]): Buffer {
  const text = jsonLines(rows, (said) => ({
    indicator: said.written,
    threat_type: "c2",
    malware: said.family,
    first_seen: isoSecond(said.firstSeen),
    last_seen: isoSecond(said.lastSeen),
    reference: said.reference,
  }));
  const packed = gzipSync(text, { level: 9 });
  // The header names the operating system that packed it: "unknown", so that the bytes are the same everywhere.
  packed[9] = 255;
  return packed;
}

/** JSON lines for one country's eyes only. */
export function writeAnnexLines(rows: readonly Row[]): Buffer {
  return Buffer.from(
    jsonLines(rows, (said) => ({
      ip: said.written,
      port: said.port,
      malware: said.family,
      last_seen: isoSecond(said.lastSeen),
    })),
  );
}

/** IntelMQ events, one per line, in the harmonised flat names. */
export function writeIntelmqEvents(rows: readonly Row[]): Buffer {
  return Buffer.from(
    jsonLines(rows, (said) => {
      const { type, role } = said.thing;
      const key = type === "url" ? "source.url" : type === "domain-name" ? "source.fqdn" : "source.ip";
      return {
        "classification.taxonomy": RSIT_CLASS[role],
        "classification.type": RSIT_TYPE[role],
        "feed.name": "national-sensors",
        "feed.accuracy": 100,
        "time.source": isoSecond(said.lastSeen).replace("Z", "+00:00"),
        [key]: said.written,
        ...(said.family === null ? {} : { "malware.name": said.family }),
        ...(said.word === null ? {} : { "source.geolocation.cc": said.word }),
      };
    }),
  );
}

/** XARF v4 reports of infected hosts, in one JSON array. */
export function writeXarfReports(rows: readonly Row[], random: Random): Buffer {
  const office = {
    org: "Exercise national response team",
    contact: "reports@response.sg.example",
    domain: "response.sg.example",
  };
  const reports = rows.flatMap((row) =>
    row.statements.map((said) => ({
      xarf_version: "4.2.0",
      report_id: random.uuid(),
      timestamp: isoSecond(said.lastSeen),
      reporter: office,
      sender: office,
      source_identifier: said.written,
      category: "connection",
      type: "infected_host",
      evidence_source: "flow_analysis",
      protocol: "tcp",
      bot_type: "malicious",
      first_seen: isoSecond(said.firstSeen ?? said.lastSeen),
      last_seen: isoSecond(said.lastSeen),
      ...(said.family === null ? {} : { malware_family: said.family }),
    })),
  );
  return Buffer.from(`${JSON.stringify(reports, null, 1)}\n`);
}

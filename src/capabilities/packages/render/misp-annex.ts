import { type EventThreat, writeEvent } from "#standards/misp/event.ts";
import type { ReportContent, ReportThreat } from "../model/report.ts";
import { scopeOf, threatRemark } from "./annex-words.ts";

/** The report as a MISP event, as text. */
export function mispAnnex(report: ReportContent): string {
  const ratings = new Map(report.sources.map((source) => [source.code, source.ratings]));
  const event = writeEvent({
    scope: scopeOf(report),
    reference: report.reference,
    info: `${report.reference} v${report.version} ${report.title}`,
    producer: report.desk.name,
    role: report.subject.role,
    asOf: Date.parse(report.asOf),
    tlp: report.marking.tlp,
    pap: report.marking.pap,
    threats: report.threats.map((threat) => eventThreat(report, threat, ratings)),
  });
  return `${JSON.stringify(event, null, 1)}\n`;
}

function eventThreat(
  report: ReportContent,
  threat: ReportThreat,
  ratings: ReadonlyMap<string, readonly string[]>,
): EventThreat {
  return {
    type: threat.type,
    value: threat.value,
    comment: threatRemark(report, threat),
    tlp: threat.marking.tlp,
    firstSeen: threat.firstSeen === null ? null : Date.parse(threat.firstSeen),
    lastSeen: threat.lastSeen === null ? null : Date.parse(threat.lastSeen),
    ratings: threat.sources.flatMap((code) => ratings.get(code) ?? []),
  };
}

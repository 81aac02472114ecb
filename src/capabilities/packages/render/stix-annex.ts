import { countryName } from "#reference/countries/country-names.ts";
import { type BundleThreat, writeBundle } from "#standards/stix/bundle.ts";
import { bundleText } from "#standards/stix/object.ts";
import type { ReportContent, ReportThreat } from "../model/report.ts";
import { PACKAGE_TEXTS } from "../texts.ts";
import { markingStatements, scopeOf, threatRemark } from "./annex-words.ts";

/** The report as STIX 2.1 text. Names for machines are in English; the report object is in the report's language. */
export function stixAnnex(report: ReportContent): string {
  return bundleText(
    writeBundle({
      scope: scopeOf(report),
      producer: report.desk,
      report: {
        reference: report.reference,
        version: report.version,
        name: `${report.reference} ${report.title}`,
        description: [report.evidentialStatus, ...report.conditions].join(" "),
        language: report.language,
      },
      role: report.subject.role,
      country: report.country,
      countryName: countryName(report.country, "en"),
      created: Date.parse(`${report.operation.from}T00:00:00Z`),
      asOf: Date.parse(report.asOf),
      tlp: report.marking.tlp,
      statements: markingStatements(report),
      sources: report.sources,
      threats: report.threats.map((threat) => bundleThreat(report, threat)),
    }),
  );
}

function bundleThreat(report: ReportContent, threat: ReportThreat): BundleThreat {
  return {
    type: threat.type,
    value: threat.value,
    name: PACKAGE_TEXTS.text("en", "indicator.name", { role: report.subject.role, value: threat.value }),
    description: threatRemark(report, threat),
    families: threat.families,
    firstSeen: threat.firstSeen === null ? null : Date.parse(threat.firstSeen),
    lastSeen: threat.lastSeen === null ? null : Date.parse(threat.lastSeen),
    confidence: threat.confidence,
    tlp: threat.marking.tlp,
    sourceCodes: threat.sources,
    assertions: threat.assertions,
  };
}

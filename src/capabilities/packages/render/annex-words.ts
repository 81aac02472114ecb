import type { ReportContent, ReportThreat } from "../model/report.ts";
import { PACKAGE_TEXTS } from "../texts.ts";

/** Whose view the ids of an annex belong to: two countries never share an id, two versions of a report always do. */
export function scopeOf(report: ReportContent): string {
  return `${report.operation.id}/${report.country}`;
}

/** Handling beyond TLP in words, English as the machine-readable form of record. */
export function markingStatements({ marking }: ReportContent): string[] {
  return [
    ...(marking.pap === null ? [] : [PACKAGE_TEXTS.text("en", `pap.${marking.pap}`)]),
    ...marking.codes.map((code) =>
      PACKAGE_TEXTS.has(`handling.${code}`) ? PACKAGE_TEXTS.text("en", `handling.${code}`) : code,
    ),
    PACKAGE_TEXTS.text("en", "status.sentence"),
  ];
}

/** What besides its value is known of a threat, in one line for annexes whose format has no field for it. */
export function threatRemark(report: ReportContent, threat: ReportThreat): string {
  const parts = [
    `${report.subject.rsit} in ${report.country} (${threat.basis.join(", ") || "no basis given"})`,
    `state ${threat.liveness}`,
    ...(threat.families.length > 0 ? [`families ${threat.families.join(", ")}`] : []),
    ...(threat.ports.length > 0 ? [`ports ${threat.ports.join(", ")}`] : []),
    ...(threat.targets.length > 0 ? [`imitates ${threat.targets.join(", ")}`] : []),
    ...(threat.government ? [`government name ${threat.government.suffix}`] : []),
    ...(threat.sharedInfrastructure ? [`on shared infrastructure ${threat.sharedInfrastructure}`] : []),
    ...(threat.otherCountries.length > 0 ? [`also concerns ${threat.otherCountries.join(", ")}`] : []),
    ...threat.disagreements.map((reason) => `against: ${reason}`),
    `sources ${threat.sources.join(", ") || "none"}, ${threat.origins} independent`,
  ];
  return `${parts.join("; ")}.`;
}

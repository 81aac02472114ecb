import type { ObservableType } from "#standards/observable/types.ts";
import type { KeyFigures, ReportThreat } from "./report.ts";

/** Counts of one report, from its own threats. Each threat counts once, except in the breakdowns that say otherwise. */
export function keyFigures(threats: readonly ReportThreat[]): KeyFigures {
  const byType: Partial<Record<ObservableType, number>> = {};
  const byLiveness = { active: 0, stale: 0, inactive: 0, unknown: 0 };
  const hosts = new Set<string>();
  const portals = new Set<string>();
  for (const threat of threats) {
    byType[threat.type] = (byType[threat.type] ?? 0) + 1;
    byLiveness[threat.liveness] += 1;
    const site = siteOf(threat);
    hosts.add(site);
    if (threat.government) portals.add(site);
  }
  return {
    threats: threats.length,
    byType: Object.fromEntries(Object.entries(byType).sort(([a], [b]) => (a < b ? -1 : 1))),
    byLiveness,
    byFamily: tally(threats, (threat) => threat.families).map(([family, count]) => ({
      family,
      threats: count,
    })),
    withoutFamily: threats.filter((threat) => threat.families.length === 0).length,
    governmentPortals: portals.size,
    hosts: hosts.size,
    sharedInfrastructure: threats.filter((threat) => threat.sharedInfrastructure !== null).length,
    disputed: threats.filter((threat) => threat.disagreements.length > 0).length,
    byBasis: tally(threats, (threat) => threat.basis).map(([basis, count]) => ({ basis, threats: count })),
  };
}

/** The site a threat counts under: its host without `www.`, or its own value where it has none (C-4). */
export function siteOf(threat: Pick<ReportThreat, "host" | "value">): string {
  return (threat.host ?? threat.value).replace(/^www\./, "");
}

/** Most frequent first, equal ones in alphabetical order. */
function tally(
  threats: readonly ReportThreat[],
  namesOf: (threat: ReportThreat) => readonly string[],
): [string, number][] {
  const counts = new Map<string, number>();
  for (const threat of threats) {
    for (const name of new Set(namesOf(threat))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

import type { ReportThreat } from "./report.ts";

const LIVENESS_ORDER = ["active", "unknown", "stale", "inactive"] as const;

/**
 * The order in which threats are printed, so that a shortened table shows what matters: government portals, then what
 * is active, then the most recently seen; equal ones by type and value. Returns a new array.
 */
export function inPrintOrder(threats: readonly ReportThreat[]): ReportThreat[] {
  return threats.toSorted(
    (a, b) =>
      Number(b.government !== null) - Number(a.government !== null) ||
      LIVENESS_ORDER.indexOf(a.liveness) - LIVENESS_ORDER.indexOf(b.liveness) ||
      compare(b.lastSeen ?? "", a.lastSeen ?? "") ||
      compare(a.type, b.type) ||
      compare(a.value, b.value),
  );
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

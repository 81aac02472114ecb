import type { ThreatRole } from "#standards/threat-role.ts";

const SUBJECT_CODES: Readonly<Record<ThreatRole, string>> = {
  c2: "C2",
  phishing: "PHI",
  "malware-distribution": "MWD",
  malware: "MAL",
  scam: "SCM",
  spam: "SPM",
  attacker: "ATK",
  "actor-group": "GRP",
  compromised: "CMP",
  victim: "VIC",
  vulnerable: "VUL",
  unknown: "UNK",
};

/**
 * Reference of a report: `MST-<operation>-<country>-<subject>-<number>`. Capital letters, digits and hyphens only,
 * because it names a folder and is read out over the telephone.
 */
export function reportReference(operationId: string, country: string, role: ThreatRole, number = 1): string {
  const operation =
    operationId
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "OP";
  const code = country
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, "")
    .slice(0, 2)
    .padEnd(2, "X");
  return `MST-${operation.slice(0, 40)}-${code}-${SUBJECT_CODES[role]}-${String(number).padStart(3, "0")}`;
}

/**
 * What an observable does in a crime. A threat is one observable in one role (counting rule C-6).
 * `rsit` is the class/type of the Reference Security Incident Taxonomy (TF-CSIRT/ENISA) that says the same.
 * `duty` is what a country is asked for: a target is acted on, a victim is notified, quietly.
 */
export const THREAT_ROLES = {
  c2: { rsit: "malicious-code/c2-server", duty: "act" },
  phishing: { rsit: "fraud/phishing", duty: "act" },
  "malware-distribution": { rsit: "malicious-code/malware-distribution", duty: "act" },
  malware: { rsit: "malicious-code/malware-distribution", duty: "act" },
  scam: { rsit: "fraud/masquerade", duty: "act" },
  spam: { rsit: "abusive-content/spam", duty: "act" },
  attacker: { rsit: "intrusion-attempts/brute-force", duty: "act" },
  "actor-group": { rsit: "other/other", duty: "act" },
  compromised: { rsit: "intrusions/system-compromise", duty: "notify" },
  victim: { rsit: "malicious-code/infected-system", duty: "notify" },
  vulnerable: { rsit: "vulnerable/vulnerable-system", duty: "notify" },
  unknown: { rsit: "other/other", duty: "act" },
} as const;

export type ThreatRole = keyof typeof THREAT_ROLES;
export type Duty = (typeof THREAT_ROLES)[ThreatRole]["duty"];

export const THREAT_ROLE_NAMES = Object.keys(THREAT_ROLES).filter(isThreatRole);

export function isThreatRole(text: string): text is ThreatRole {
  return Object.hasOwn(THREAT_ROLES, text);
}

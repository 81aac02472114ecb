/**
 * Words of STIX 2.1 that our bundles use, as the specification suggests them. Open vocabularies allow others; we keep
 * to the suggested ones so that every receiver understands them. Listed are only the vocabularies of properties we write.
 */
export const OPEN_VOCABULARIES: Readonly<Record<string, readonly string[]>> = {
  "identity.identity_class": ["individual", "group", "system", "organization", "class", "unknown"],
  "indicator.indicator_types": [
    "anomalous-activity",
    "anonymization",
    "benign",
    "compromised",
    "malicious-activity",
    "attribution",
    "unknown",
  ],
  "indicator.pattern_type": ["stix", "pcre", "sigma", "snort", "suricata", "yara"],
  "infrastructure.infrastructure_types": [
    "amplification",
    "anonymization",
    "botnet",
    "command-and-control",
    "control-system",
    "exfiltration",
    "firewall",
    "hosting-malware",
    "hosting-target-lists",
    "phishing",
    "reconnaissance",
    "routers-switches",
    "staging",
    "workstation",
    "unknown",
  ],
  "malware.malware_types": [
    "adware",
    "backdoor",
    "bot",
    "bootkit",
    "ddos",
    "downloader",
    "dropper",
    "exploit-kit",
    "keylogger",
    "ransomware",
    "remote-access-trojan",
    "resource-exploitation",
    "rogue-security-software",
    "rootkit",
    "screen-capture",
    "spyware",
    "trojan",
    "unknown",
    "virus",
    "webshell",
    "wiper",
    "worm",
  ],
  "report.report_types": [
    "attack-pattern",
    "campaign",
    "identity",
    "indicator",
    "intrusion-set",
    "malware",
    "observed-data",
    "threat-actor",
    "threat-report",
    "tool",
    "vulnerability",
  ],
};

/** Cyber-observable types we write. */
export const OBSERVABLE_OBJECT_TYPES = [
  "autonomous-system",
  "domain-name",
  "email-addr",
  "file",
  "ipv4-addr",
  "ipv6-addr",
  "url",
  "user-account",
] as const;
export type ObservableObjectType = (typeof OBSERVABLE_OBJECT_TYPES)[number];

/** Domain, relationship and meta objects we write. */
export const OTHER_OBJECT_TYPES = [
  "identity",
  "indicator",
  "infrastructure",
  "location",
  "malware",
  "marking-definition",
  "observed-data",
  "relationship",
  "report",
  "sighting",
] as const;

/** Relationships of the specification's summary table (appendix B) between the types we write. */
export const RELATIONSHIPS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  identity: { "located-at": ["location"] },
  indicator: { indicates: ["infrastructure", "malware"], "based-on": ["observed-data"] },
  infrastructure: {
    "communicates-with": ["infrastructure", "ipv4-addr", "ipv6-addr", "domain-name", "url"],
    "consists-of": ["infrastructure", "observed-data", ...OBSERVABLE_OBJECT_TYPES],
    controls: ["infrastructure", "malware"],
    delivers: ["malware"],
    hosts: ["malware"],
    "located-at": ["location"],
    uses: ["infrastructure"],
  },
  malware: {
    "communicates-with": ["ipv4-addr", "ipv6-addr", "domain-name", "url"],
    "originates-from": ["location"],
    targets: ["identity", "infrastructure", "location"],
    uses: ["infrastructure", "malware"],
    "beacons-to": ["infrastructure"],
  },
};

/** Allowed between any two objects (section 3.7). */
export const COMMON_RELATIONSHIPS = ["derived-from", "duplicate-of", "related-to"] as const;

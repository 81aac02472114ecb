import { readFileSync } from "node:fs";
import { SuffixTrie } from "../countries/suffix-trie.ts";
import type { GovernmentSuffix } from "./government-suffix.ts";
import { readSuffixes } from "./read-suffixes.ts";

export type { GovernmentSuffix } from "./government-suffix.ts";

/** A set of government names to ask. */
export interface GovernmentDomains {
  /** The longest suffix that the host equals or lies below; null when it is not known to be a government's. */
  find(host: string): GovernmentSuffix | null;
  /** A new set with more names: an exercise's own suffixes, or an operator's curated hosts. They win over equal ones. */
  withSuffixes(more: readonly GovernmentSuffix[]): GovernmentDomains;
}

/** Makes a set of government names. Suffixes are in normal form (lower-case A-labels); a pattern has one `*` in its first label. */
export function createGovernmentDomains(suffixes: readonly GovernmentSuffix[]): GovernmentDomains {
  const trie = new SuffixTrie();
  const patterns = new Map<string, Pattern[]>();
  for (const [index, entry] of suffixes.entries()) {
    if (entry.proof === "pattern") addPattern(patterns, entry);
    else trie.add(entry.suffix, index);
  }

  return {
    find(host) {
      const index = trie.find(host);
      // Asked first: an array takes its slowest way to say that it has no element -1.
      const found = index < 0 ? undefined : suffixes[index];
      if (found === undefined) return null;
      const below = patterns.get(found.suffix);
      return below === undefined || host.length === found.suffix.length ? found : refine(host, found, below);
    },
    withSuffixes: (more) => createGovernmentDomains([...suffixes, ...more]),
  };
}

/** The shipped set: `suffixes.csv` beside this file. */
export const SHIPPED_GOVERNMENT_DOMAINS: GovernmentDomains = createGovernmentDomains(
  readSuffixes(readFileSync(new URL("./suffixes.csv", import.meta.url), "utf8"), "suffixes.csv").government,
);

/**
 * The government suffix a host lies at or below, by the shipped set; null when none is known.
 * `host` is in normal form: lower case, A-labels, no trailing dot.
 */
export function findGovernment(host: string): GovernmentSuffix | null {
  return SHIPPED_GOVERNMENT_DOMAINS.find(host);
}

interface Pattern {
  readonly start: string;
  readonly end: string;
  readonly entry: GovernmentSuffix;
}

function addPattern(patterns: Map<string, Pattern[]>, entry: GovernmentSuffix): void {
  const dot = entry.suffix.indexOf(".");
  const [start = "", end = ""] = entry.suffix.slice(0, dot).split("*");
  const zone = entry.suffix.slice(dot + 1);
  patterns.set(zone, [...(patterns.get(zone) ?? []), { start, end, entry }]);
}

/** A pattern tells the level by the label just below the zone; the suffix that proves "government" stays the zone's. */
function refine(host: string, zone: GovernmentSuffix, patterns: readonly Pattern[]): GovernmentSuffix {
  const end = host.length - zone.suffix.length - 1;
  const label = host.slice(host.lastIndexOf(".", end - 1) + 1, end);
  const hit = patterns.find((pattern) => label.startsWith(pattern.start) && label.endsWith(pattern.end));
  return hit?.entry ?? zone;
}

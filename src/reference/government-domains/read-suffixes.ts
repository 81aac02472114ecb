import type { CountryZone } from "../countries/country-zones.ts";
import {
  GOVERNMENT_LEVELS,
  type GovernmentLevel,
  type GovernmentProof,
  type GovernmentSuffix,
} from "./government-suffix.ts";

/** What a list of suffixes gave. */
export interface SuffixList {
  readonly government: readonly GovernmentSuffix[];
  /** Names that stand in for a country-code domain; the shipped list has none, an exercise does. */
  readonly countryZones: readonly CountryZone[];
}

/**
 * Reads a list of suffixes: CSV with the columns `country,suffix,level,kind`, `#` comments, level empty where several
 * share the suffix, kind `zone` (or `government`, or empty), `name`, or `country-code`; a `*` in the first label makes
 * a pattern. Throws `UnreadableGovernmentList` naming file and line: a mistyped suffix would silently lose every portal below it.
 */
export function readSuffixes(csv: string, file: string): SuffixList {
  const government: GovernmentSuffix[] = [];
  const countryZones: CountryZone[] = [];
  for (const [index, raw] of csv.split(/\r?\n/).entries()) {
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith("country,")) continue;
    const [country = "", suffix = "", level = "", kind = ""] = line.split(",").map((cell) => cell.trim());
    const known = level === "" ? null : governmentLevel(level);
    if (!/^[A-Z]{2}$/.test(country) || !SUFFIX.test(suffix) || known === undefined || !KINDS.includes(kind)) {
      throw new UnreadableGovernmentList(file, index + 1, "expected country,suffix,level,kind");
    }
    if (kind === "country-code") countryZones.push({ country, suffix });
    else government.push({ country, suffix, level: known, proof: proofOf(suffix, kind), agency: null });
  }
  return { government, countryZones };
}

/** A level by its name; undefined when there is no such level. */
export function governmentLevel(text: string): GovernmentLevel | undefined {
  return GOVERNMENT_LEVELS.find((level) => level === text);
}

export class UnreadableGovernmentList extends Error {
  override readonly name = "UnreadableGovernmentList";
  constructor(file: string, line: number, message: string) {
    super(`${file}, line ${line}: ${message}`);
  }
}

const KINDS = ["", "zone", "government", "name", "country-code"];
const SUFFIX = /^(?:[a-z0-9-]*\*?[a-z0-9-]*\.)?(?:[a-z0-9-]+\.)*[a-z0-9-]+$/;

function proofOf(suffix: string, kind: string): GovernmentProof {
  if (suffix.includes("*")) return "pattern";
  return kind === "name" ? "name" : "zone";
}

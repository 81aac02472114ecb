import type { GovernmentLevel, GovernmentProof, GovernmentSuffix } from "./government-domains.ts";

/**
 * Reads a list of government suffixes: CSV with the columns `country,suffix,level,kind`, `#` comments, level empty
 * where several share the suffix, kind `zone` or `name` (default `zone`), a `*` in the first label for a pattern.
 * Throws `UnreadableGovernmentList` naming file and line: a mistyped suffix would silently lose every portal below it.
 */
export function readSuffixes(csv: string, file: string): GovernmentSuffix[] {
  const suffixes: GovernmentSuffix[] = [];
  for (const [index, raw] of csv.split(/\r?\n/).entries()) {
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith("country,")) continue;
    const [country = "", suffix = "", level = "", kind = ""] = line.split(",").map((cell) => cell.trim());
    const known = level === "" ? null : governmentLevel(level);
    if (!/^[A-Z]{2}$/.test(country) || !SUFFIX.test(suffix) || known === undefined || !KINDS.includes(kind)) {
      throw new UnreadableGovernmentList(file, index + 1, "expected country,suffix,level,kind");
    }
    suffixes.push({ country, suffix, level: known, proof: proofOf(suffix, kind), agency: null });
  }
  return suffixes;
}

/** A level by its name; undefined when there is no such level. */
export function governmentLevel(text: string): GovernmentLevel | undefined {
  return LEVELS.find((level) => level === text);
}

export class UnreadableGovernmentList extends Error {
  override readonly name = "UnreadableGovernmentList";
  constructor(file: string, line: number, message: string) {
    super(`${file}, line ${line}: ${message}`);
  }
}

const LEVELS: readonly GovernmentLevel[] = [
  "national",
  "regional",
  "local",
  "military",
  "parliament",
  "judiciary",
];
const KINDS = ["", "zone", "name"];
const SUFFIX = /^(?:[a-z0-9-]*\*?[a-z0-9-]*\.)?(?:[a-z0-9-]+\.)*[a-z0-9-]+$/;

function proofOf(suffix: string, kind: string): GovernmentProof {
  if (suffix.includes("*")) return "pattern";
  return kind === "name" ? "name" : "zone";
}

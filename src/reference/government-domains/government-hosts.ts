import { domainToASCII } from "node:url";
import { parse } from "csv-parse/sync";
import { countryOfName } from "../countries/country-domains.ts";
import type { GovernmentLevel, GovernmentSuffix } from "./government-suffix.ts";
import { governmentLevel, UnreadableGovernmentList } from "./read-suffixes.ts";

/** What a curated list gave, and the lines it could not use. */
export interface GovernmentHosts {
  readonly suffixes: readonly GovernmentSuffix[];
  readonly refused: readonly { readonly line: number; readonly text: string }[];
}

/**
 * Reads a curated list of government hosts: one host per line, or CSV with a header that names a host column
 * (`host`, `domain` or `domain name`) and optionally `country`, `agency` (or `organization name`) and `level`
 * (or `domain type`, `type of government`). `country` is for hosts whose own domain names none, such as .com.
 * A scheme or port round a host is cut off; a line with a path, without a host or without a country is refused.
 */
export function readGovernmentHosts(text: string, file: string, country: string | null): GovernmentHosts {
  const rows: string[][] = parse(text, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    comment: "#",
    comment_no_infix: true,
  });
  const header = (rows[0] ?? []).map((cell) => cell.toLowerCase());
  const column = (...names: string[]) => header.findIndex((cell) => names.includes(cell));
  const hostColumn = column("host", "domain", "domain name");
  if (hostColumn < 0 && rows.some((row) => row.length > 1)) {
    throw new UnreadableGovernmentList(
      file,
      1,
      "expected a header with a column named host, domain or domain name",
    );
  }
  const at = {
    country: column("country"),
    agency: column("agency", "organization name"),
    level: column("level", "domain type", "type of government"),
  };
  const suffixes: GovernmentSuffix[] = [];
  const refused: { line: number; text: string }[] = [];
  for (const [index, row] of rows.entries()) {
    if (index === 0 && hostColumn >= 0) continue;
    const host = hostOf(row[Math.max(0, hostColumn)] ?? "");
    const owner =
      host === null
        ? null
        : row[at.country]?.toUpperCase() || country || countryOfName(host) || americanOf(host);
    if (host === null || owner === null) refused.push({ line: index + 1, text: row.join(",").slice(0, 200) });
    else
      suffixes.push({
        country: owner,
        suffix: host,
        level: levelOf(row[at.level] ?? ""),
        proof: "listed",
        agency: row[at.agency] || null,
      });
  }
  return { suffixes, refused };
}

/** A page below a host says nothing about the host: `social.example/ministry` must not make all of it a government's. */
function hostOf(cell: string): string | null {
  const bare = cell.replace(/^[a-z]+:\/\//i, "").replace(/\.?(?::\d+)?\/?$/, "");
  // domainToASCII drops a path without a word.
  if (/[/?#@:\\]/.test(bare)) return null;
  const host = domainToASCII(bare).toLowerCase();
  return /^(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*$/.test(host) ? host : null;
}

/** .gov and .mil are the United States', the only state with generic labels of its own. */
function americanOf(host: string): string | null {
  return /\.(?:gov|mil)$/.test(host) ? "US" : null;
}

/** Lists name levels in their own words; those that fit no level of ours leave it open. */
function levelOf(word: string): GovernmentLevel | null {
  const known = governmentLevel(word.toLowerCase());
  if (known !== undefined) return known;
  if (/federal|national|executive/i.test(word)) return "national";
  if (/state|province|region|territory/i.test(word)) return "regional";
  return /city|county|local|municipal|district|town/i.test(word) ? "local" : null;
}

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Claim } from "../../src/capabilities/feeds/format.ts";
import { normaliseObservable } from "../../src/standards/observable/normalise.ts";

/** Folder of real public data beside the repository, absent on most machines. */
export const REPLAYS = fileURLToPath(new URL("../../../shared/replays/", import.meta.url));

export const haveReplays = existsSync(`${REPLAYS}feeds/EXPECTED.json`);

/** What the replays' own script found in one file. */
export interface ExpectedFile {
  readonly file: string;
  readonly rows?: number;
  readonly indicator_occurrences?: number;
  readonly distinct_by_type?: Readonly<Record<string, number>>;
  readonly parse_error?: string;
  readonly format?: string;
}

/** The expected facts of a replay folder (`feeds`, `asean`, `americas`), one entry per file. */
export function expectedFiles(folder: string): readonly ExpectedFile[] {
  const facts: { per_file: ExpectedFile[] | Record<string, ExpectedFile> } = JSON.parse(
    readFileSync(`${REPLAYS}${folder}/EXPECTED.json`, "utf8"),
  );
  return Array.isArray(facts.per_file) ? facts.per_file : Object.values(facts.per_file);
}

const NAMES: Readonly<Record<string, string>> = {
  "ipv4-addr": "ipv4",
  "ipv6-addr": "ipv6",
  "ipv4-cidr": "cidr",
  "ipv6-cidr": "cidr",
  "domain-name": "domain",
  "file-md5": "md5",
  "file-sha1": "sha1",
  "file-sha256": "sha256",
};

/** Distinct normal forms of claims by type, in the names of the expected facts; values without a normal form are left out. */
export function distinctByType(claims: readonly Claim[]): Record<string, number> {
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  for (const claim of claims) {
    const form = normaliseObservable(claim.value, claim.type, claim.country);
    if (!form.ok || seen.has(`${form.type} ${form.value}`)) continue;
    seen.add(`${form.type} ${form.value}`);
    const name = NAMES[form.type] ?? form.type;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

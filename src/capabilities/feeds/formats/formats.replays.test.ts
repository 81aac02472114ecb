import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import { type ReadPart, readSample } from "../../../../test/support/read-part.ts";
import { headOf } from "../read/head.ts";
import { loadFormats, recognise } from "../read/recognise.ts";

/*
 * Reads every file of the replays with the formats that are there, and compares with the facts that an independent
 * script found. The replays lie beside the repository and are not part of it; without them nothing is checked here.
 * Each known difference stands in a table below with its reason, and in docs/replay-differences.md.
 */
const REPLAYS = fileURLToPath(new URL("../../../../../shared/replays/", import.meta.url));

/** Which format must be found, by the file's place. The first match counts; the last word is why the part is refused, if it is. */
const FORMAT_BY_PLACE: readonly (readonly [place: RegExp, format: string, refused: string])[] = [
  [/^feeds\/phishkit_iok\/.*\.ya?ml$/, "not-indicators", "no-indicators"],
  [/malwareurl_test/, "html", ""],
  [/\.html$/, "html", ""],
  [/LICENSE/, "report-text", "no-indicators"],
  [/\.adoc$|ECHOBOT|TA551|analyst_report/, "report-text", ""],
  [/warninglists|misp\/manifest/, "misp", "no-indicators"],
  [/validator_v2.*invalid_(?:braces|comma)/, "stix", "broken"],
  [/validator_v2|interop-objectmarking/, "stix", "no-indicators"],
  [/stix.*\.json$/, "stix", ""],
  [/misp.*\.json$/, "misp", ""],
  [/^feeds\/shadowserver\/|compromised_sites/, "shadowserver", ""],
  [/^feeds\/tweetfeed\/csv/, "tweetfeed", ""],
  [/^feeds\/abusech\/.*\.csv$/, "abusech-csv", ""],
  [/splunk/, "splunk-lookup", ""],
  [/zoneh/, "zone-h", ""],
  [/bambenek/, "bambenek", ""],
  [/cymru/, "cymru", ""],
  [
    /blocklists\/(?:adguard|dnsmasq|hosts|rpz)|urlhaus-filter-(?:agh|bind|dnsmasq|hosts|online|rpz|unbound)/,
    "blocklist",
    "",
  ],
  [/\.csv$|_panels\.txt$/, "delimited", ""],
  [/\.txt$/, "plain-list", ""],
];

/** Formats whose rows are lines or records: the number must be equal. Elsewhere EXPECTED counts every object or line. */
const ROWS_ARE_EQUAL =
  /^(?:abusech-csv|blocklist|delimited|plain-list|shadowserver|splunk-lookup|tweetfeed)$/;

const SHADOWSERVER =
  "the reverse name, the host beside a URL, the sinkhole and what a sample asked for are not claimed";

/** Our distinct indicators where they differ by rule. */
const DIFFERENCES: Readonly<Record<string, { distinct: Record<string, number>; why: string }>> = {
  "feeds/eset/misp/oceanlotus-wateringhole-2018.misp.event.json": {
    distinct: { "domain-name": 70, "ipv4-addr": 47, "file-sha1": 2 },
    why: "the link to the published analysis is no indicator",
  },
  "feeds/maltrail/njrat-1.txt": {
    distinct: { "domain-name": 8504, "ipv4-addr": 2885, "ipv6-addr": 1, url: 28 },
    why: "a bracketed IPv6 address with a port is an address",
  },
  "feeds/shadowserver/blocklist.csv": { distinct: { "ipv4-addr": 2, "ipv4-cidr": 1 }, why: SHADOWSERVER },
  "feeds/shadowserver/compromised_website.csv": {
    distinct: { "domain-name": 1, "ipv4-addr": 2 },
    why: SHADOWSERVER,
  },
  "feeds/shadowserver/device_id.csv": { distinct: { "ipv4-addr": 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/event4_honeypot_brute_force.csv": { distinct: { "ipv4-addr": 6 }, why: SHADOWSERVER },
  "feeds/shadowserver/event4_honeypot_darknet.csv": { distinct: { "ipv4-addr": 8 }, why: SHADOWSERVER },
  "feeds/shadowserver/event4_microsoft_sinkhole.csv": { distinct: { "ipv4-addr": 6 }, why: SHADOWSERVER },
  "feeds/shadowserver/event4_sinkhole.csv": { distinct: { "ipv4-addr": 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/event4_sinkhole_http.csv": { distinct: { "ipv4-addr": 5 }, why: SHADOWSERVER },
  "feeds/shadowserver/malware_url.csv": { distinct: { "file-sha256": 1, url: 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/phish_url.csv": { distinct: { url: 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/sandbox_dns.csv": { distinct: { "file-md5": 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/sandbox_url.csv": { distinct: { "file-md5": 2 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_dns.csv": { distinct: { "ipv4-addr": 83 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_exchange.csv": { distinct: { "ipv4-addr": 7 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_http_vulnerable.csv": { distinct: { "ipv4-addr": 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_smb.csv": { distinct: { "ipv4-addr": 3 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_ssl_poodle.csv": { distinct: { "ipv4-addr": 31 }, why: SHADOWSERVER },
  "feeds/shadowserver/scan_telnet.csv": { distinct: { "ipv4-addr": 1 }, why: SHADOWSERVER },
  "feeds/shadowserver/special.csv": { distinct: { "ipv4-addr": 3 }, why: SHADOWSERVER },
};

const TYPES: Readonly<Record<string, string>> = {
  ipv4: "ipv4-addr",
  ipv6: "ipv6-addr",
  cidr: "ipv4-cidr",
  domain: "domain-name",
  url: "url",
  md5: "file-md5",
  sha1: "file-sha1",
  sha256: "file-sha256",
};

interface Facts {
  readonly rows?: number;
  readonly distinct_by_type?: Readonly<Record<string, number>>;
}

interface FileFacts extends Facts {
  readonly file: string;
}

describe.skipIf(!existsSync(REPLAYS))("the replays", async () => {
  const formats = await loadFormats();
  const there = new Set(formats.map((format) => format.id));

  it.each(listFiles())("%s is read as its publisher means it", async (file) => {
    const place = FORMAT_BY_PLACE.find(([pattern]) => pattern.test(file));
    const id = place?.[1] ?? "";
    if (!there.has(id)) return;
    const bytes = readFileSync(REPLAYS + file);
    const started = performance.now();
    const found = recognise(headOf(file, bytes, true), formats);
    expect(found?.format.id).toBe(id);
    if (found === null) return;
    const reading = await readSample(found.format, bytes, { name: file });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(reading.unreadable?.code ?? "").toBe(place?.[2]);

    const facts = factsOf(file);
    if (facts === undefined || reading.unreadable !== null) return;
    if (ROWS_ARE_EQUAL.test(id) && facts.rows !== undefined) expect(reading.rows).toBe(facts.rows);
    if (facts.distinct_by_type !== undefined && id !== "report-text") {
      expect(distinctOf(reading)).toEqual(DIFFERENCES[file]?.distinct ?? namesOf(facts.distinct_by_type));
    }
  });
});

function listFiles(): string[] {
  if (!existsSync(REPLAYS)) return ["none"];
  return ["feeds", "asean", "americas"].flatMap((set) =>
    readdirSync(REPLAYS + set, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^(?:EXPECTED|operation)\.json$|reference$/.test(entry.name))
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(REPLAYS.length)),
  );
}

const facts = new Map<string, Facts>();

function factsOf(file: string): Facts | undefined {
  if (facts.size === 0) {
    for (const set of ["feeds", "asean", "americas"]) {
      const expected: { per_file: FileFacts[] | Record<string, FileFacts> } = JSON.parse(
        readFileSync(`${REPLAYS}${set}/EXPECTED.json`, "utf8"),
      );
      const list = Object.values(expected.per_file);
      for (const entry of list) facts.set(`${set}/${entry.file}`, entry);
    }
  }
  return facts.get(file);
}

function distinctOf(reading: ReadPart): Record<string, number> {
  const values = new Map<string, Set<string>>();
  for (const claim of reading.claims) {
    const form = normaliseObservable(claim.value, claim.type);
    if (!form.ok) continue;
    const known = values.get(form.type) ?? new Set();
    values.set(form.type, known.add(form.value));
  }
  return Object.fromEntries([...values].map(([type, known]) => [type, known.size]));
}

function namesOf(distinct: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(distinct).map(([type, count]) => [TYPES[type] ?? type, count]));
}

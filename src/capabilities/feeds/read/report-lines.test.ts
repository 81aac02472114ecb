import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import { readSample } from "../../../../test/support/read-part.ts";
import type { Claim } from "../format.ts";
import html from "../formats/html/format.ts";
import reportText from "../formats/report-text/format.ts";

const read = async (text: string) => readSample(reportText, new TextEncoder().encode(text));
const said = (claims: readonly Claim[]) => claims.map(({ value, role }) => `${role ?? "-"} ${value}`);

describe("a report's headings", () => {
  it("give the role, from the nearest that has one", async () => {
    const { claims } = await read(
      "# Emotet: command and control\n\n192.0.2.1\n\n## Tools\n\n192.0.2.2\n\n# Phishing\n\n192.0.2.3\n\nC2 SERVERS:\n\n192.0.2.4\n\nThen it went on\n\n192.0.2.5\n",
    );
    expect(said(claims)).toEqual([
      "c2 192.0.2.1",
      "c2 192.0.2.2",
      "phishing 192.0.2.3",
      "c2 192.0.2.4",
      "phishing 192.0.2.5",
    ]);
  });

  it("are found underlined, numbered and between rules", async () => {
    const { claims } = await read(
      "Victims\n=======\n192.0.2.1\n\n2. Phishing pages\n\n192.0.2.2\n\n------\nC2 LIST\n------\n192.0.2.3\n",
    );
    expect(said(claims)).toEqual(["victim 192.0.2.1", "phishing 192.0.2.2", "c2 192.0.2.3"]);
  });

  it("never make a file anything but malware", async () => {
    const { claims } = await read("# Phishing\n\nd41d8cd98f00b204e9800998ecf8427e\n");
    expect(said(claims)).toEqual(["malware d41d8cd98f00b204e9800998ecf8427e"]);
  });
});

describe("plain names in a report", () => {
  it.each([
    "evil.example",
    "- evil.example",
    "* `evil.example`",
    "- evil.example (emotet)",
    "Domain: evil.example",
    "It calls `evil.example` at night",
    "| evil.example | seen twice |",
  ])("are indicators where they stand as data: %s", async (line) => {
    expect((await read(`Indicators\n\n${line}\n`)).claims.map((claim) => claim.value)).toEqual([
      "evil.example",
    ]);
  });

  it.each([
    "The handler calls evil.example over TLS.",
    "- The handler calls evil.example over TLS.",
    "The analysis is at\nhttps://blog.example/a.",
  ])("are refused with advice in a sentence: %s", async (line) => {
    const { claims, refusals } = await read(`192.0.2.1\n\n${line}\n`);
    expect(claims).toHaveLength(1);
    expect(refusals.map((refusal) => refusal.code)).toEqual(["unsupported"]);
    expect(refusals[0]?.reason).toContain("Defang it");
  });

  it.each([
    "Contact: soc[at]partner[.]example",
    "Please contact the desk at soc[at]partner[.]example.",
    "Reference: hxxps://blog[.]example/a",
    "See [the blog](https://blog.example/a).",
    "See https://blog.example/a[the blog].",
    "## References\n\n* hxxps://blog[.]example/a",
    "## Agradecimientos\n\n* csirt@partner.example",
  ])("are nothing at all in contacts and references: %s", async (line) => {
    const { rows, claims, refusals } = await read(`192.0.2.1\n\n${line}\n`);
    expect({ rows, claims: claims.length, refusals: refusals.length }).toEqual({
      rows: 1,
      claims: 1,
      refusals: 0,
    });
  });

  it("are indicators behind a word that only begins like contact", async () => {
    expect((await read("Contacted domains: evil[.]example\n")).claims).toHaveLength(1);
  });
});

it("a text without indicators is refused by name", async () => {
  expect((await read("Nothing to see here.\n")).unreadable?.code).toBe("no-indicators");
});

it("a line of 10 MB is refused and the rest is read", async () => {
  const { claims, refusals } = await read(`${"[.]a".repeat(2_500_000)}\n192.0.2.1\n`);
  expect(claims).toHaveLength(1);
  expect(refusals.map((refusal) => refusal.code)).toEqual(["too-long"]);
});

/** Counts of distinct normal forms by type and by role, as the expected facts count them. */
async function countsOf(path: string) {
  const { claims, refusals } = await readSample(reportText, path);
  const types: Record<string, Set<string>> = {};
  const roles: Record<string, Set<string>> = {};
  for (const claim of claims) {
    const form = normaliseObservable(claim.value, claim.type);
    if (!form.ok) throw new Error(`${claim.value}: ${form.reason}`);
    for (const [map, key] of [
      [types, form.type],
      [roles, claim.role ?? "-"],
    ] as const) {
      map[key] ??= new Set();
      map[key].add(`${form.type} ${form.value}`);
    }
  }
  const sizes = (sets: Record<string, Set<string>>) =>
    Object.fromEntries(Object.entries(sets).map(([key, set]) => [key, set.size]));
  return { claims: claims.length, refused: refusals.length, types: sizes(types), roles: sizes(roles) };
}

const REPLAYS = new URL("../../../../../shared/replays/", import.meta.url).pathname;

describe.skipIf(!existsSync(REPLAYS))("real reports", () => {
  it("reads the analysts' reports of both surges exactly", async () => {
    expect(await countsOf(`${REPLAYS}asean/partner_e_analyst_report.txt`)).toEqual({
      claims: 464,
      refused: 0,
      types: { "ipv4-addr": 291, "domain-name": 27, url: 146 },
      roles: { c2: 244, phishing: 160, "malware-distribution": 60 },
    });
    expect(await countsOf(`${REPLAYS}americas/partner_e_analyst_report.txt`)).toEqual({
      claims: 222,
      refused: 0,
      types: { "ipv4-addr": 98, "domain-name": 26, url: 98 },
      roles: { c2: 85, phishing: 115, "malware-distribution": 22 },
    });
  });

  /*
   * Against the expected facts, which count every URL and only defanged names: links to the vendor's own articles are not
   * indicators here (rules 2 and 3), plain names alone in a list item are (rule 2), wallets are, and a file that the
   * report calls clean is not (rule 4).
   */
  it.each([
    ["eset/adoc/casbaneiro_README.adoc", { "file-sha1": 8, "domain-name": 5, "crypto-wallet": 1 }],
    ["eset/adoc/grandoreiro_README.adoc", { "ipv4-addr": 13, "file-sha1": 12 }],
    ["eset/adoc/machete_README.adoc", { "ipv4-addr": 6, "file-sha1": 103, "domain-name": 13 }],
    ["eset/adoc/mekotio_README.adoc", { "file-sha1": 5, "crypto-wallet": 3 }],
    ["eset/adoc/mispadu_README.adoc", { "file-sha1": 15, url: 6, "crypto-wallet": 1 }],
    [
      "eset/adoc/oceanlotus_README.adoc",
      { "ipv4-addr": 69, "file-sha1": 34, "file-sha256": 2, "domain-name": 159 },
    ],
    [
      "unit42/2020-12-03-TA551-IOCs-for-Ursnif.txt",
      { "domain-name": 16, "ipv4-addr": 16, "file-sha256": 48, url: 2 },
    ],
    [
      "unit42/2020-03-23-to-2020-07-07-TA551-traffic-pattern-history-since-Valak.txt",
      { "domain-name": 121, url: 4 },
    ],
  ])("reads %s", async (file, types) => {
    expect((await countsOf(`${REPLAYS}feeds/${file}`)).types).toEqual(types);
  });

  it("reads the tables of trackers' pages with what their columns say", async () => {
    const tracker = await readSample(html, `${REPLAYS}feeds/intelmq_samples/html_table_feodotracker.html`);
    expect(tracker.claims).toMatchObject([
      { row: 95, value: "94.177.255.18", role: "c2", families: ["Dridex"], status: "online", country: "GB" },
      {
        row: 96,
        value: "203.114.109.124",
        role: "c2",
        families: ["Dridex"],
        status: "offline",
        country: "TH",
      },
    ]);
    const fields = await readSample(html, `${REPLAYS}feeds/intelmq_samples/malwareurl_test_malwareurl.data`);
    expect(fields.claims).toHaveLength(20);
  });

  it.each([
    "unit42/LICENSE",
    "eset/LICENSE.txt",
    "maltrail/LICENSE.txt",
    "phishkit_iok/LICENSE.txt",
    "phishing_database/LICENSE",
  ])("finds no indicators in %s", async (file) => {
    expect((await readSample(reportText, `${REPLAYS}feeds/${file}`)).unreadable?.code).toBe("no-indicators");
  });
});

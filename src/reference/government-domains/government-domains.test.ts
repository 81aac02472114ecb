import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { COUNTRY_LIST } from "../countries/countries.ts";
import {
  createGovernmentDomains,
  findGovernment,
  type GovernmentSuffix,
  SHIPPED_GOVERNMENT_DOMAINS,
} from "./government-domains.ts";
import { readGovernmentHosts } from "./government-hosts.ts";
import { looksLikeGovernment } from "./look-alike.ts";
import { readSuffixes } from "./read-suffixes.ts";

const shipped = readSuffixes(
  readFileSync(new URL("./suffixes.csv", import.meta.url), "utf8"),
  "suffixes.csv",
).government;

describe("government suffixes", () => {
  it("are known for every country but those without a domain or a body of their own", () => {
    const known = new Set(shipped.map(({ country }) => country));
    const without = COUNTRY_LIST.map(({ code }) => code).filter((code) => !known.has(code));
    expect(without.join(" ")).toBe("AQ BL BQ BV CC EH GS HM TF UM");
    expect([...known].filter((code) => !COUNTRY_LIST.some((country) => country.code === code))).toEqual([]);
  });

  it("match the host itself and everything below it, the longest winning", () => {
    expect(findGovernment("go.id")).toMatchObject({ country: "ID", suffix: "go.id", level: null });
    expect(findGovernment("www.dpr.go.id")).toMatchObject({ suffix: "dpr.go.id", level: "parliament" });
    expect(findGovernment("suzano.sp.gov.br")).toMatchObject({
      country: "BR",
      suffix: "sp.gov.br",
      level: "regional",
    });
    expect(findGovernment("esofa.fap.mil.pe")).toMatchObject({ country: "PE", level: "military" });
    expect(findGovernment("tre.jus.br")).toMatchObject({ country: "BR", level: "judiciary" });
    expect(findGovernment("keramas.desa.id")).toMatchObject({ country: "ID", level: "local" });
    expect(findGovernment("www.justice.gov")).toMatchObject({ country: "US", suffix: "gov" });
    expect(findGovernment("www.cra-arc.gc.ca")).toMatchObject({ country: "CA", level: "national" });
  });

  it("cover the families that only one or two states use", () => {
    const hosts = {
      "x.gub.uy": "UY",
      "x.govt.nz": "NZ",
      "x.gv.at": "AT",
      "x.admin.ch": "CH",
      "x.gouv.ht": "HT",
      "x.lg.jp": "JP",
      "x.bund.de": "DE",
      "x.riik.ee": "EE",
      "x.gv.ao": "AO",
      "x.overheid.nl": "NL",
      "x.fed.us": "US",
      "state.ca.us": "US",
      "x.gok.pk": "PK",
    };
    for (const [host, country] of Object.entries(hosts))
      expect(findGovernment(host)?.country, host).toBe(country);
  });

  it("hold under wildcard suffixes, where a public suffix list has no entry", () => {
    const hosts = {
      "x.gov.mm": "MM",
      "x.gov.jm": "JM",
      "x.gov.np": "NP",
      "x.gov.pg": "PG",
      "x.gov.fk": "FK",
      "x.gov.er": "ER",
      "x.gov.ck": "CK",
    };
    for (const [host, country] of Object.entries(hosts))
      expect(findGovernment(host)?.country, host).toBe(country);
  });

  it("tell the level by the way of naming where a country has one", () => {
    expect(findGovernment("disdik.bandungkab.go.id")).toMatchObject({
      country: "ID",
      level: "local",
      proof: "pattern",
    });
    expect(findGovernment("sumutprov.go.id")?.level).toBe("regional");
    expect(findGovernment("www.sipp.pn-metro.go.id")?.level).toBe("judiciary");
    expect(findGovernment("kab.bappenas.go.id")?.level).toBeNull();
  });

  it("do not take what only looks like one", () => {
    const others = [
      "irs.gov.evil.test",
      "gov-pk.cdn-dl.cn",
      "email.gov.in.id",
      "shop.go.ro",
      "x.go.it",
      "x.go.my",
      "x.govt.lc",
      "xgo.id",
      "notgov.my",
      "gov.example",
      "gov.",
      "",
      "x.Go.id",
    ];
    for (const host of others) expect(findGovernment(host), host).toBeNull();
  });

  it("agree with a plain search over all suffixes, for any host", () => {
    const plain = shipped.filter(({ proof }) => proof !== "pattern").map(({ suffix }) => suffix);
    const label = fc.constantFrom("gov", "go", "id", "br", "sp", "x", "mil", "a-b", "uk", "jus", "_c");
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const host = labels.join(".");
        const matching = plain.filter((suffix) => host === suffix || host.endsWith(`.${suffix}`));
        const longest = matching.reduce((best, next) => (next.length > best.length ? next : best), "");
        expect(findGovernment(host)?.suffix ?? "").toBe(longest);
      }),
      { numRuns: 1000 },
    );
  });

  it("can be added by an exercise or an operator, without changing the shipped set", () => {
    const own: GovernmentSuffix = {
      country: "ID",
      suffix: "gov.id.example",
      level: null,
      proof: "zone",
      agency: null,
    };
    const exercise = SHIPPED_GOVERNMENT_DOMAINS.withSuffixes([own]);
    expect(exercise.find("portal.gov.id.example")?.country).toBe("ID");
    expect(exercise.find("x.go.id")?.country).toBe("ID");
    expect(findGovernment("portal.gov.id.example")).toBeNull();
  });

  it("come in one file with the zones that stand in for country-code domains", () => {
    const csv =
      "country,suffix,level,kind\nID,id.example,,country-code\nID,go.id.example,national,government\n";
    const list = readSuffixes(csv, "own.csv");
    expect(list.countryZones).toEqual([{ country: "ID", suffix: "id.example" }]);
    expect(list.government).toMatchObject([{ suffix: "go.id.example", level: "national", proof: "zone" }]);
  });

  it("are refused with file and line when a row is not understood", () => {
    for (const row of ["Indonesia,go.id,,", "ID,GO.ID,,", "ID,go.id,village,", "ID,,,", "ID,go.id,,maybe"]) {
      expect(() => readSuffixes(`# own\n${row}`, "own.csv"), row).toThrow("own.csv, line 2");
    }
  });
});

describe("a curated list of government hosts", () => {
  it("is one host per line", () => {
    const { suffixes, refused } = readGovernmentHosts(
      "# list\nportal.example.id\nhttps://Ministry.Example.MY:443/\nagency.gov\nnohost\nx.example\nsocial.example.my/ministry\n",
      "hosts.txt",
      null,
    );
    expect(suffixes.map(({ country, suffix }) => `${country} ${suffix}`)).toEqual([
      "ID portal.example.id",
      "MY ministry.example.my",
      "US agency.gov",
    ]);
    expect(refused.map(({ text }) => text)).toEqual(["nohost", "x.example", "social.example.my/ministry"]);
  });

  it("may be CSV with agency and level", () => {
    const csv =
      '\uFEFFDomain name,Domain type,Organization name\r\ntown.example,City,"Town of Example, Hall"\r\nministry.example,Federal - Executive,Ministry\r\n';
    const { suffixes } = readGovernmentHosts(csv, "hosts.csv", "US");
    expect(suffixes.map(({ level, agency }) => [level, agency])).toEqual([
      ["local", "Town of Example, Hall"],
      ["national", "Ministry"],
    ]);
    const found = createGovernmentDomains(suffixes).find("www.town.example");
    expect(found).toMatchObject({ country: "US", agency: "Town of Example, Hall", proof: "listed" });
    expect(() => readGovernmentHosts("a.example,b\n", "hosts.csv", "US")).toThrow("hosts.csv, line 1");
  });
});

describe("look-alikes", () => {
  it("are noted", () => {
    for (const host of [
      "irs.gov.evil.test",
      "gov-pk.cdn-dl.cn",
      "email.gov.in.id",
      "kominfo-go-id.example.test",
      "gob.mx.pago.test",
    ]) {
      expect(looksLikeGovernment(host), host).toBe(true);
    }
  });

  it("are neither governments nor ordinary words nor a zone that is merely missing from our list", () => {
    const others = [
      "www.dpr.go.id",
      "go.example.test",
      "lets-go.test",
      "government.test",
      "x.gov.tk",
      "millennium.test",
    ];
    expect(others.filter((host) => looksLikeGovernment(host))).toEqual([]);
  });
});

const replays = new URL("../../../../shared/replays/", import.meta.url);
const Expected = z.object({
  totals: z.object({
    gov_hosts: z.array(z.string()),
    gov_portals_strict: z.number(),
    gov_portals_ext: z.number(),
    gov_portals_by_country: z.record(z.string(), z.number()),
    gov_lookalike_examples: z.array(z.string()),
  }),
});

describe.skipIf(!existsSync(replays))("the replays", () => {
  for (const folder of ["asean", "americas"]) {
    it(`have the same government hosts, of the same countries: ${folder}`, () => {
      const { totals } = Expected.parse(
        JSON.parse(readFileSync(new URL(`${folder}/EXPECTED.json`, replays), "utf8")),
      );
      const found = totals.gov_hosts.map((host) => ({ host, government: findGovernment(host) }));
      expect(found.filter(({ government }) => government === null)).toEqual([]);
      const strict = found.filter(({ host }) => !/(?:^|\.)desa\.id$/.test(host));
      expect(strict).toHaveLength(totals.gov_portals_strict);
      expect(found).toHaveLength(totals.gov_portals_strict + totals.gov_portals_ext);
      const byCountry: Record<string, number> = {};
      for (const { government } of found)
        byCountry[government?.country ?? ""] = (byCountry[government?.country ?? ""] ?? 0) + 1;
      expect(byCountry).toEqual(totals.gov_portals_by_country);
    });
  }
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { borderNote } from "./border-note.ts";
import { correspondenceLanguage, correspondenceLanguages } from "./correspondence-language.ts";
import { COUNTRY_LIST, findCountry, isCountry } from "./countries.ts";
import { cctldCountry, countryOfName, isUsedWorldwide } from "./country-domains.ts";
import { countryName, LANGUAGES, readTerritoryNames } from "./country-names.ts";
import { countryZones } from "./country-zones.ts";
import { countryOfShape, pointWithoutShape } from "./world-map.ts";

describe("countries", () => {
  it("are the 249 of ISO 3166-1 and the user-assigned XK", () => {
    expect(COUNTRY_LIST).toHaveLength(250);
    expect(["EU", "UK", "AN", "ZZ", "AP", "", "id"].filter(isCountry)).toEqual([]);
  });

  it("are found by any of their codes", () => {
    for (const code of ["ID", "id", "IDN", "360"]) expect(findCountry(code)?.code).toBe("ID");
    expect(findCountry("008")?.code).toBe("AL");
    expect(findCountry("XKK")?.numeric).toBe("");
    expect(findCountry("")).toBeNull();
    expect(findCountry("999")).toBeNull();
  });

  it("have a name in each of the four languages that is not their code", () => {
    for (const { code } of COUNTRY_LIST) {
      for (const language of LANGUAGES)
        expect(countryName(code, language), `${code} ${language}`).not.toBe(code);
    }
  });

  it("are named by the list, so that changing the list changes the name", () => {
    expect(countryName("MM", "en")).toBe("Myanmar");
    expect(countryName("HK", "fr")).toBe("Hong Kong, Chine");
    const own = readTerritoryNames('code,en,fr,es,ar\nMM,"Burma, say",,,\n', "own.csv");
    expect(countryName("MM", "en", own)).toBe("Burma, say");
    expect(countryName("MM", "fr", own)).toBe("Myanmar (Birmanie)");
    expect(() => readTerritoryNames("# x\nQQ,a,b,c,d", "own.csv")).toThrow("own.csv, line 2");
    expect(() => readTerritoryNames("MM,a,b", "own.csv")).toThrow("own.csv, line 1");
  });

  it("have a neutral note on borders in each language", () => {
    expect(new Set(LANGUAGES.map(borderNote)).size).toBe(4);
  });
});

describe("language of correspondence", () => {
  it("is what the national police would expect", () => {
    const asked = {
      SN: "fr",
      MX: "es",
      BR: "es",
      SA: "ar",
      MA: "fr",
      ID: "en",
      CA: "en",
      GQ: "es",
      LB: "ar",
      SG: "en",
    };
    for (const [country, language] of Object.entries(asked))
      expect(correspondenceLanguage(country)).toBe(language);
    expect(correspondenceLanguages("MA")).toEqual(["fr", "ar"]);
  });

  it("knows all 80 codes of its lists: a misspelt one would be missing here", () => {
    const listed = COUNTRY_LIST.filter(({ code }) => correspondenceLanguage(code) !== "en").length;
    expect(listed).toBe(80);
  });
});

describe("country-code domains", () => {
  it("follow the code, with the exceptions that are known", () => {
    expect(
      ["id", "uk", "gb", "ac", "su", "eu", "an", "zz", "com", "xn--p1ai", "xn--fiqs8s", "xn--com"].map(
        cctldCountry,
      ),
    ).toEqual(["ID", "GB", "GB", "SH", "RU", null, null, null, null, "RU", "CN", null]);
  });

  it("are read off a host", () => {
    expect(countryOfName("www.shop.example.co.id")).toBe("ID");
    expect(countryOfName("shop.example")).toBeNull();
    expect(countryOfName("xid")).toBeNull();
    expect(countryOfName("")).toBeNull();
  });

  it("may be joined by zones that stand in for them", () => {
    const countryOf = countryZones([{ country: "ID", suffix: "id.example" }]);
    expect(["shop.id.example", "shop.example", "xid.example", "shop.my"].map(countryOf)).toEqual([
      "ID",
      null,
      null,
      "MY",
    ]);
    expect(countryZones([])("shop.id.example")).toBeNull();
  });

  it("say when a domain is used all over the world", () => {
    expect(
      ["CO", "AI", "TK", "ME", "IO", "BZ", "LA", "TV", "GD", "TT", "WS", "CC", "TO"].every(isUsedWorldwide),
    ).toBe(true);
    expect(["ID", "BR", "GB"].some(isUsedWorldwide)).toBe(false);
  });
});

describe("the world map", () => {
  it("shows every country, by a shape or by a point", () => {
    const atlas = z.object({
      objects: z.object({
        countries: z.object({
          geometries: z.array(
            z.object({ id: z.string().optional(), properties: z.object({ name: z.string() }) }),
          ),
        }),
      }),
    });
    const file = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
    const { geometries } = atlas.parse(JSON.parse(readFileSync(file, "utf8"))).objects.countries;
    const shown = new Set(geometries.map(({ id, properties }) => countryOfShape(id, properties.name)));
    const lost = COUNTRY_LIST.filter(({ code }) => !shown.has(code) && pointWithoutShape(code) === null);
    expect(lost).toEqual([]);
    expect(
      geometries.filter(({ id, properties }) => countryOfShape(id, properties.name) === null),
    ).toHaveLength(2);
    expect(COUNTRY_LIST.filter(({ code }) => shown.has(code) && pointWithoutShape(code) !== null)).toEqual(
      [],
    );
  });
});

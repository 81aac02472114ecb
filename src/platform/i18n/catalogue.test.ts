import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { catalogueFaults } from "./catalogue-faults.ts";

let folder: string;
let url: URL;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "texts-"));
  url = pathToFileURL(`${folder}/`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(texts: Record<string, Record<string, string>>): void {
  for (const [language, messages] of Object.entries(texts)) {
    writeFileSync(join(folder, `${language}.json`), JSON.stringify(messages));
  }
}

describe("loadCatalogue", () => {
  it("writes plurals of every language and Western digits in Arabic", () => {
    const arabic = "{n, plural, one {واحد} two {اثنان} few {# قليل} many {# كثير} other {# غير}}";
    const western = "{n, plural, one {# one} other {# other}}";
    write({ en: { k: western }, fr: { k: western }, es: { k: western }, ar: { k: arabic } });
    const { text } = loadCatalogue(url);
    expect(text("en", "k", { n: 12345 })).toBe("12,345 other");
    expect(text("fr", "k", { n: 0 })).toBe("0 one");
    expect([2, 3, 11, 100].map((n) => text("ar", "k", { n }))).toEqual([
      "اثنان",
      "3 قليل",
      "11 كثير",
      "100 غير",
    ]);
  });

  it("takes nothing of a text or a value for markup", () => {
    write({ en: { k: "<b>{x}</b>" }, fr: { k: "{x}" }, es: { k: "{x}" }, ar: { k: "{x}" } });
    expect(loadCatalogue(url).text("en", "k", { x: "{y} <i>" })).toBe("<b>{y} <i></b>");
  });

  it("throws for a text that is not there", () => {
    write({ en: {}, fr: {}, es: {}, ar: {} });
    expect(() => loadCatalogue(url).text("en", "missing")).toThrow('No text "missing"');
  });
});

describe("catalogueFaults", () => {
  it("names missing, surplus, empty and broken texts and differing placeholders", () => {
    write({
      en: { a: "A {n}", b: "B", c: "C", d: "{n, plural, one {{x}} other {#}}" },
      fr: { a: "A {m}", b: "", c: "C", d: "{n, plural, one {{x}} other {#}}", e: "E" },
      es: { a: "A {n}", c: "C {", b: "B", d: "{n, plural, other {#}}" },
      ar: { a: "A {n}", b: "B", c: "C", d: "{n} {x}" },
    });
    expect(catalogueFaults(url).map((fault) => fault.slice(0, 30))).toEqual([
      'fr: "a" has placeholders {m}, ',
      'fr: "b" is empty',
      'fr: "e" is not in en.json',
      'es: "c" cannot be parsed: EXPE',
      'es: "d" has placeholders {n}, ',
    ]);
  });
});

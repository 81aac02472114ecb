import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { freshUntil, SHIPPED_TABLES } from "../model/table-age.ts";
import { listTables } from "./listTables.ts";
import { loadOwnTables } from "./loadOwnTables.ts";
import { loadPublicData } from "./loadPublicData.ts";
import { openPublicTables, tablesFrom } from "./openPublicTables.ts";
import { readOwnTables } from "./readOwnTables.ts";

const base = mkdtempSync(join(tmpdir(), "muster-own-tables-"));
afterAll(() => rmSync(base, { recursive: true }));
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(base, "case-"));
});

const NOW = Date.UTC(2026, 10, 15);
const AGE = { asOf: "2026-11-01", shelfLifeDays: 90 };

/** Writes the tables and the file that declares them, and reads it. */
async function declare(declaration: object, files: Readonly<Record<string, string>> = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "tables.json"), JSON.stringify(declaration));
  return readOwnTables(join(folder, "tables.json"), NOW);
}

const allocations = (more: object = {}) => ({
  allocations: [{ name: "own-registry", files: ["own.csv"], ...AGE, speaksAs: "registry", ...more }],
});

describe("the file of own tables", () => {
  it("is refused with its name, the place and the mend when it says something else", async () => {
    const table = { name: "a", file: "a.csv", ...AGE };
    const wrong: readonly [object, RegExp][] = [
      [{ shield: [] }, /tables\.json .*shield/s],
      [{ shields: [{ ...table, asOf: "November" }] }, /a date is written 2026-11-01/],
      [{ shields: [{ name: "a", file: "a.csv", asOf: "2026-11-01" }] }, /shelfLifeDays/],
      [{ shields: [{ ...table, asOf: "2062-11-01" }] }, /"a" is dated 2062-11-01, which is still to come/],
      [{ shields: [table], governmentSuffixes: [table] }, /Two tables are called "a"/],
      [{ allocations: [{ name: "a", files: [], ...AGE, speaksAs: "registry" }] }, /files/],
    ];
    for (const [declaration, message] of wrong) {
      await expect(declare(declaration)).rejects.toMatchObject({
        kind: "invalid",
        code: "jurisdiction.invalid_tables_file",
        say: expect.stringMatching(message),
      });
    }
    await expect(readOwnTables(join(folder, "absent.json"), NOW)).rejects.toMatchObject({
      say: expect.stringMatching(/absent\.json, which MUSTER_TABLES names, cannot be read/),
    });
  });
});

describe("an own table", () => {
  it("is refused whole when a row cannot be read, with table, file, row and mend", async () => {
    const table = { name: "mine", file: "mine.csv", ...AGE };
    const wrong: readonly [object, string, RegExp][] = [
      [allocations(), "198.18.0.0/24,SN\n198.18.1.0,SN\n", /"own-registry".*own\.csv, line 2: expected/],
      [
        { shields: [table] },
        "kind,value,name\ncdn,198.51.100.0/24,x\nfoo,a.example,x",
        /mine\.csv, row 3: "foo"/,
      ],
      [{ governmentSuffixes: [table] }, "SN,gov.example\nSenegal,x\n", /mine\.csv, line 2: expected country/],
      [
        { governmentHosts: [table] },
        "host,country\na.example,SN\nb.example/x,SN\n",
        /mine\.csv, line 3: "b\.example\/x,SN"/,
      ],
    ];
    for (const [declaration, text, message] of wrong) {
      const own = await declare(declaration, { "own.csv": text, "mine.csv": text });
      await expect(loadOwnTables(own)).rejects.toMatchObject({
        kind: "invalid",
        code: "jurisdiction.unreadable_table",
        say: expect.stringMatching(message),
      });
      await expect(loadOwnTables(own)).rejects.toThrow("Mend or delete the row, or take the table out");
    }
    await expect(loadOwnTables(await declare(allocations({ files: ["none.csv"] })))).rejects.toThrow(
      "ENOENT",
    );
  });

  it("is read again after it was mended", async () => {
    const own = await declare(allocations(), { "own.csv": "nonsense\nnonsense\n" });
    await expect(loadOwnTables(own)).rejects.toThrow("line 2");
    writeFileSync(join(folder, "own.csv"), "198.51.100.0/24,SN\n");
    expect((await loadOwnTables(own)).registry.tables).toHaveLength(1);
  });

  it("of allocations answers beside the shipped one, or instead of it, under its own name and date", async () => {
    const files = { "own.csv": "198.51.100.0/24,SN\n" };
    const beside = (await openPublicTables(null, await declare(allocations(), files))).reference.registry;
    expect([beside.countryOf("198.51.100.1"), beside.countryOf("8.8.8.8")]).toEqual(["SN", "US"]);
    expect(beside.answeredBy("198.51.100.1")).toEqual({ name: "own-registry", asOf: "2026-11-01" });
    expect(beside.answeredBy("8.8.8.8").name).toBe("registry");

    const instead = await openPublicTables(null, await declare(allocations({ replaces: true }), files));
    const { registry, second } = instead.reference;
    expect([registry.countryOf("198.51.100.1"), registry.countryOf("8.8.8.8")]).toEqual(["SN", null]);
    expect(second?.countryOf("8.8.8.8")).toBe("US");
  });

  it("listed later is asked first, and silences those before it when it replaces", async () => {
    const table = (name: string, replaces: boolean) => ({
      ...AGE,
      name,
      files: [`${name}.csv`],
      speaksAs: "second",
      replaces,
    });
    const files = {
      "one.csv": "198.51.100.0/24,SN\n203.0.113.0/24,SN\n",
      "two.csv": "198.51.100.0/25,CI\n",
      "three.csv": "192.0.2.0/24,ML\n",
    };
    const asked = async (...tables: object[]) => {
      const { reference } = await openPublicTables(null, await declare({ allocations: tables }, files));
      return ["198.51.100.1", "198.51.100.200", "203.0.113.1", "192.0.2.1"].map(
        (address) => reference.second?.countryOf(address) ?? null,
      );
    };
    expect(await asked(table("one", true), table("two", false))).toEqual(["CI", "SN", "SN", null]);
    expect(await asked(table("one", false), table("two", true), table("three", false))).toEqual([
      "CI",
      null,
      null,
      "ML",
    ]);
  });

  it("of shields, suffixes and hosts joins the shipped ones, also in a thread that gets a copy", async () => {
    const own = await declare(
      {
        shields: [
          { name: "ours", file: "shields.csv", ...AGE },
          { name: "warned", file: "warned.json", kind: "sinkhole", ...AGE },
        ],
        governmentSuffixes: [{ name: "zones", file: "zones.csv", ...AGE }],
        governmentHosts: [{ name: "portals", file: "portals.txt", country: "CI", ...AGE }],
      },
      {
        "shields.csv": "kind,value,name\ncdn,198.51.100.0/24,Example CDN\n",
        "warned.json": JSON.stringify({ name: "Example sinkholes", type: "string", list: ["198.51.100.9"] }),
        "zones.csv": "SN,gouv.example,national,zone\n",
        "portals.txt": "portal.example\n",
      },
    );
    for (const tables of [
      await openPublicTables(null, own),
      tablesFrom(structuredClone(await loadPublicData(null, own))),
    ]) {
      expect(tables.shieldOf("ipv4-addr", "198.51.100.1", "198.51.100.1")?.name).toBe("Example CDN");
      expect(tables.assignPublic("ipv4-addr", "198.51.100.9", "198.51.100.9").refusal?.reason).toContain(
        "Example sinkholes",
      );
      expect(tables.assignPublic("ipv4-addr", "1.1.1.1", "1.1.1.1").refusal?.code).toBe("shielded");
      expect(tables.reference.government.find("a.gouv.example")).toMatchObject({
        country: "SN",
        proof: "zone",
      });
      expect(tables.reference.government.find("portal.example")).toMatchObject({
        country: "CI",
        proof: "listed",
      });
    }
  });
});

describe("the edition of the tables", () => {
  it("changes with any row, name or date of a table, and not with where the files lie", async () => {
    const edition = async (declaration: object, text: string) =>
      (await openPublicTables(null, await declare(declaration, { "own.csv": text }))).edition;
    const shipped = (await openPublicTables(null)).edition;
    const row = "198.51.100.0/24,SN\n";
    const first = await edition(allocations(), row);
    const moved = join(base, "moved");
    await cp(folder, moved, { recursive: true });
    expect((await openPublicTables(null, await readOwnTables(join(moved, "tables.json"), NOW))).edition).toBe(
      first,
    );
    const renamed = await edition(allocations({ name: "other" }), row);
    const dated = await edition(allocations({ asOf: "2026-11-02" }), row);
    folder = mkdtempSync(join(base, "case-")); // a process reads a file once
    const changed = await edition(allocations(), "198.51.100.0/24,CI\n");
    expect(new Set([shipped, first, renamed, dated, changed]).size).toBe(5);
  });
});

describe("the list of tables in use", () => {
  it("states date and shelf life of each, and leaves out what was replaced", async () => {
    const own = await declare(allocations({ replaces: true, shelfLifeDays: 10 }), {
      "own.csv": "198.51.100.0/24,SN\n",
    });
    const tables = await listTables(own, "2026-11-12");
    expect(tables.filter(({ what }) => what === "allocations").map(({ name }) => name)).toEqual([
      "dbip",
      "own-registry",
    ]);
    expect(tables.find(({ isOwn }) => isOwn)).toMatchObject({
      freshUntil: "2026-11-11",
      isPastShelfLife: true,
    });
    expect((await listTables(own, "2026-11-11")).find(({ isOwn }) => isOwn)?.isPastShelfLife).toBe(false);
  });

  it("dates the shipped tables as their SOURCE.md does", () => {
    for (const table of SHIPPED_TABLES) {
      const source = readFileSync(
        new URL(`../../../reference/${table.name}/SOURCE.md`, import.meta.url),
        "utf8",
      );
      expect(source).toContain(table.asOf);
      expect(freshUntil(table) > table.asOf).toBe(true);
    }
  });
});

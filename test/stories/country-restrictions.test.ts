import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateRequestedFigures } from "../../src/capabilities/outcomes/index.ts";
import { openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { aSource, withIntake } from "../support/intake.ts";

/**
 * SD-10: lists of countries are honoured through merges. Three sources release to different countries, speak of some of
 * the same threats, and the desk declares threats of all three to be one.
 */

const SOURCES = {
  "for-id": { releasableTo: ["ID"], says: ["shared.example", "one.example"] },
  "for-my": { releasableTo: ["MY"], says: ["shared.example", "two.example"] },
  "for-both": { releasableTo: ["ID", "MY"], says: ["three.example", "two.example"] },
} as const;
/** What each country may know: the values, and by whose word. */
const MAY_KNOW = {
  ID: ["one.example", "shared.example", "three.example", "two.example"],
  MY: ["shared.example", "three.example", "two.example"],
  SG: [],
} as const;
type Country = keyof typeof MAY_KNOW;
const COUNTRIES = ["ID", "MY", "SG"] as const;

const intake = withIntake({ tables: "none" });
const defects: unknown[] = [];
const ids = new Map<string, string>();
const officers = new Map<string, SignedIn>();
const asOf = "2026-11-15T00:00:00.000Z";
let operation = 0;
let http: TestServer;
let desk: SignedIn;

beforeAll(async () => {
  ({ id: operation } = await intake().operation());
  for (const [source, { releasableTo, says }] of Object.entries(SOURCES)) {
    const rows = says.map((value) => `${value},${source}\n`).join("");
    const standing = aSource(source, { releasableTo: [...releasableTo] });
    await intake().deliver(standing, `${source}.csv`, `indicator,malware\n${rows}`, {
      role: "c2",
      tlp: "AMBER",
    });
  }
  const { rows } = await intake()
    .database.pool("owner")
    .query<{ id: string; value: string }>("select id, value from threats.threat");
  for (const row of rows) ids.set(row.value, row.id);
  http = await openTestServer(intake().database, defects, join(intake().folder, "files"));
  desk = await http.officer({ roles: [{ operation, role: "coordinator" }] });
  for (const country of COUNTRIES)
    officers.set(country, await http.officer({ roles: [{ operation, role: "national-officer", country }] }));
}, 60_000);
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

interface Stated {
  readonly asOf: string;
  readonly figures: readonly { readonly id: string; readonly figure: string; readonly value: number }[];
}

/** Has the figures of a reader stated, as the worker would. */
async function state(reader: string): Promise<void> {
  const asked = await desk.send("POST", "/operations/harbour/figures", { reader, asOf });
  expect(asked).toMatchObject({ status: 200, body: { reader, asOf } });
  await stateRequestedFigures(
    { pool: intake().database.pool("worker"), store: intake().here.store, ownTables: null },
    { operation: "harbour", reader, asOf: Date.parse(asOf) },
  );
}

const officerOf = (country: string) => officers.get(country) ?? desk;
const figuresOf = async (officer: SignedIn) =>
  (await officer.get(`/operations/harbour/figures?asOf=${asOf}`)).body as Stated; // by its schema

/** All objects of malicious domains (I3) that the officer gets, page by page, two at a time. */
async function domainsOf(officer: SignedIn): Promise<string[]> {
  const figure = (await figuresOf(officer)).figures.find((each) => each.figure === "I3");
  const found: string[] = [];
  let after = "";
  for (;;) {
    const url = `/operations/harbour/figures/${figure?.id}/objects?size=2${after}`;
    const page = (await officer.get(url)).body as { objects: { object: string }[]; next: string | null }; // by its schema
    found.push(...page.objects.map(({ object }) => object));
    if (page.next === null) return found;
    expect(page.objects).toHaveLength(2);
    after = `&after=${page.next}`;
  }
}

describe("threats of sources that release to different countries", () => {
  it.each(COUNTRIES)(
    "are counted for %s as far as it may know them, merged or not",
    async (country: Country) => {
      await state(country);
      expect(await domainsOf(officerOf(country))).toEqual(MAY_KNOW[country]);
    },
  );

  it("stay apart for a country that may not know all of a merge, and are one for the country that may", async () => {
    const merge = (kept: string, merged: string) =>
      desk.send("POST", "/operations/harbour/merges", {
        kept: ids.get(kept),
        merged: ids.get(merged),
        reason: "one panel behind three names",
      });
    // The kept one is known to ID alone; the others are merged into it.
    expect((await merge("one.example", "two.example")).status).toBe(201);
    expect((await merge("one.example", "three.example")).status).toBe(201);
    for (const country of COUNTRIES) await state(country);
    expect(await domainsOf(officerOf("ID"))).toEqual(["one.example", "shared.example"]);
    expect(await domainsOf(officerOf("MY"))).toEqual(MAY_KNOW.MY);
    expect(await domainsOf(officerOf("SG"))).toEqual([]);
    const text = JSON.stringify(await figuresOf(officerOf("MY")));
    expect(text).not.toContain("for-id");
    for (const id of [ids.get("one.example") ?? ""]) expect(text).not.toContain(id);
  });

  it("open their figures to nobody else: another country's figure is as absent as none", async () => {
    const figure = (await figuresOf(officerOf("ID"))).figures[0];
    const of = (id: string) => `/operations/harbour/figures/${id}/objects`;
    const hidden = await officerOf("MY").get(of(figure?.id ?? ""));
    const absent = await officerOf("MY").get(of("00000000-0000-4000-8000-000000000000"));
    expect(hidden.status).toBe(404);
    expect(hidden.text).toBe(absent.text);
    expect((await officerOf("MY").send("POST", "/operations/harbour/figures", { reader: "ID" })).status).toBe(
      403,
    );
  });

  it("leave an old figure when their reader may no longer see them, without a gap in its pages", async () => {
    await state("MY");
    const before = await domainsOf(officerOf("MY"));
    await intake()
      .database.pool("owner")
      .query(`update operations.handling set expires_on = '2026-10-01' where releasable_to = '{MY}'`);
    const after = await domainsOf(officerOf("MY"));
    expect(after).toEqual(before.filter((value) => value !== "shared.example"));
  });

  it("are told with cursors that no other officer can use", async () => {
    const figure = (await figuresOf(desk)).figures.find((each) => each.figure === "I3");
    const url = `/operations/harbour/figures/${figure?.id}/objects?size=1`;
    const { next } = (await desk.get(url)).body as { next: string | null }; // by its schema
    expect(next).not.toBeNull();
    const other = await http.officer({
      roles: [{ operation, role: "analyst" }],
    });
    expect((await other.get(`${url}&after=${next}`)).status).toBe(400);
    expect((await desk.get(`${url}&after=${next}`)).status).toBe(200);
  });
});

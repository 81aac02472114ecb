import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import { distinctByType, expectedFiles, haveReplays, REPLAYS } from "../../../../../test/support/replays.ts";
import stix from "./format.ts";

/*
 * The expected facts count every object of a feed file as a row, but only the indicators of the two operation folders.
 * Here a row is an object that holds values, so rows are compared with what became of them: claims and refusals.
 */
describe.skipIf(!haveReplays)("STIX files as published", () => {
  const feeds = haveReplays ? expectedFiles("feeds").filter(({ file }) => /stix.*\.json$/.test(file)) : [];

  it.each(feeds.filter((file) => (file.indicator_occurrences ?? 0) > 0))("reads $file", async (expected) => {
    const { rows, claims, refusals, unreadable } = await readSample(stix, `${REPLAYS}feeds/${expected.file}`);
    expect(unreadable).toBeNull();
    // Not every pattern of the published files holds a value; each row is claimed or refused, none is lost.
    expect(new Set([...claims, ...refusals].map(({ row }) => row)).size).toBe(rows);
    expect(refusals.every(({ code }) => code === "unsupported")).toBe(true);
    expect(distinctByType(claims)).toEqual(expected.distinct_by_type);
  });

  it.each(feeds.filter((file) => file.indicator_occurrences === 0))(
    "says that $file holds none",
    async (expected) => {
      const { claims, unreadable, refusals } = await readSample(stix, `${REPLAYS}feeds/${expected.file}`);
      expect(claims).toEqual([]);
      expect(unreadable?.code === "no-indicators" || refusals.length > 0).toBe(true);
    },
  );

  it.each(feeds.filter((file) => file.parse_error !== undefined))(
    "refuses broken $file",
    async (expected) => {
      const { unreadable } = await readSample(stix, `${REPLAYS}feeds/${expected.file}`);
      expect(unreadable?.code).toBe("broken");
      expect(unreadable?.message).toMatch(/line \d+/);
    },
  );

  it.each(["asean", "americas"])("reads the bundle of the %s replay row by row as C2", async (folder) => {
    const file = "partner_b_stix21_bundle.json";
    const expected = expectedFiles(folder).find((entry) => entry.file === file);
    const { rows, claims, refusals } = await readSample(stix, `${REPLAYS}${folder}/${file}`);
    expect(rows).toBe(expected?.rows);
    expect(refusals).toEqual([]);
    expect(distinctByType(claims)).toEqual(expected?.distinct_by_type);
    expect(claims.every(({ role }) => role === "c2")).toBe(true);
  });
});

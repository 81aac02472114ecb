import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import { distinctByType, expectedFiles, haveReplays, REPLAYS } from "../../../../../test/support/replays.ts";
import misp from "./format.ts";

/** Where this reading differs from the expected facts on purpose: file -> the link to its own report, not claimed. */
const REPORT_LINKS: Readonly<Record<string, number>> = {
  "eset/misp/oceanlotus-wateringhole-2018.misp.event.json": 1,
};

describe.skipIf(!haveReplays)("MISP files as published", () => {
  const files = haveReplays ? expectedFiles("feeds") : [];

  it.each(files.filter((file) => file.format === "misp"))("reads $file", async (expected) => {
    const { claims, refusals, unreadable } = await readSample(misp, `${REPLAYS}feeds/${expected.file}`);
    const links = REPORT_LINKS[expected.file] ?? 0;
    expect(unreadable).toBeNull();
    // The expected rows count each part of a composite attribute, as claims do here, and no unsupported types.
    expect(claims.length + links).toBe(expected.rows);
    expect(refusals.every(({ code }) => code === "unsupported")).toBe(true);
    const distinct = distinctByType(claims);
    if (links > 0) distinct.url = (distinct.url ?? 0) + links;
    expect(distinct).toEqual(expected.distinct_by_type);
  });

  it.each(files.filter((file) => file.format === "warninglist" || file.format === "misp-manifest"))(
    "recognises and refuses $file",
    async ({ file }) => {
      const { rows, unreadable } = await readSample(misp, `${REPLAYS}feeds/${file}`);
      expect(rows).toBe(0);
      expect(unreadable?.code).toBe("no-indicators");
    },
  );

  it.each([
    ["asean", "partner_c_misp_events.json", { c2: 3676, "malware-distribution": 700 }],
    ["americas", "partner_c_misp_events.json", { c2: 1035, "malware-distribution": 210 }],
    ["americas", "partner_h_groups_misp.json", { "actor-group": 1556 }],
  ])("reads the events of the %s replay, %s", async (folder, file, roles) => {
    const expected = expectedFiles(folder).find((entry) => entry.file === file);
    const { rows, claims, refusals } = await readSample(misp, `${REPLAYS}${folder}/${file}`);
    expect(rows).toBe(expected?.rows);
    expect(refusals).toEqual([]);
    expect(distinctByType(claims)).toEqual(expected?.distinct_by_type);
    const counted: Record<string, number> = {};
    for (const { role } of claims) counted[role ?? "none"] = (counted[role ?? "none"] ?? 0) + 1;
    expect(counted).toEqual(roles);
  });
});

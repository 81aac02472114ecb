import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stricterTlp, TLP_LEVELS } from "#standards/tlp.ts";
import { parseMarking, summariseMarkings } from "./marking.ts";

describe("summariseMarkings", () => {
  it.each([
    [["TLP:AMBER"], "AMBER|"],
    [["tlp:amber+strict", "PAP:RED"], "AMBER+STRICT|RED"],
    [["TLP:GREEN", "TLP:RED", "TLP:CLEAR"], "RED|"],
    [["PAP:GREEN", "pap:amber"], "|AMBER"],
    [["PAP:WHITE"], "|CLEAR"],
    [["tlp:white"], "CLEAR|"],
    [["internal note"], null],
    [[], null],
  ])("reads %j as %j", (markings, expected) => {
    expect(summariseMarkings(markings)).toBe(expected);
  });

  it.each([
    ["TLP:PURPLE"],
    ["TLP:"],
    ["tlp amber strict only"],
    ["marking-definition--7f1b7d6a-0000-4000-8000-000000000000"],
  ])("takes %j, which nobody can read, for RED: unreadable is never open", (marking) => {
    expect(parseMarking(summariseMarkings([marking, "TLP:CLEAR"]) ?? "").tlp).toBe("RED");
  });

  it("takes an unreadable permission for RED", () => {
    expect(summariseMarkings(["PAP:BLUE"])).toBe("|RED");
  });

  it("is as strict as the strictest of its parts, in any order, and reads back as it was written", () => {
    const levels = fc.array(fc.constantFrom(...TLP_LEVELS), { minLength: 1 });
    fc.assert(
      fc.property(levels, (given) => {
        const summary = summariseMarkings(given.map((level) => `TLP:${level}`)) ?? "";
        expect(parseMarking(summary)).toEqual({ tlp: given.reduce(stricterTlp), pap: null });
        expect(summariseMarkings(given.toReversed().map((level) => `tlp:${level.toLowerCase()}`))).toBe(
          summary,
        );
      }),
    );
  });
});

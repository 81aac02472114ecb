import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import { neutraliseCell, restoreCell } from "./csv-cell.ts";
import {
  ACTIONS,
  actionsFor,
  isPermitted,
  PERMITTED_ACTIONS,
  permittedUnder,
} from "./recommended-actions.ts";
import { reportReference } from "./reference.ts";

describe("neutraliseCell", () => {
  it("leaves no cell that a spreadsheet would run, and loses nothing", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[=+\-@\t\r＝＋－＠' ]{1,3}x$/)),
        (text) => {
          expect(neutraliseCell(text)).not.toMatch(/^[\s\u3000]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/);
          expect(restoreCell(neutraliseCell(text))).toBe(text);
        },
      ),
    );
  });

  it("leaves ordinary values as they are", () => {
    for (const value of ["192.0.2.1", "https://a.example/?=+", "name@mail.example"])
      expect(neutraliseCell(value)).toBe(value);
    expect(neutraliseCell("+99955500100")).toBe("'+99955500100");
  });
});

describe("reportReference", () => {
  it("is safe as the name of a folder whatever the operation is called", () => {
    expect(reportReference("asean-replay", "ID", "c2")).toBe("MST-ASEAN-REPLAY-ID-C2-001");
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string(),
        fc.constantFrom(...THREAT_ROLE_NAMES),
        (id, country, role) => {
          expect(reportReference(id, country, role)).toMatch(/^MST-[A-Z0-9-]+-[A-Z]{2}-[A-Z0-9]+-001$/);
        },
      ),
    );
  });
});

describe("recommended actions", () => {
  const everything = { types: new Set(["domain-name", "iban"] as const), hasTargets: true };

  it("secure evidence before anything the criminal sees", () => {
    expect(actionsFor("compromised", everything)).toEqual([
      "capture-evidence",
      "notify-owner",
      "clean-site",
      "verify-clean",
    ]);
    expect(actionsFor("c2", everything)).toEqual([
      "verify-active",
      "preserve-logs",
      "identify-customer",
      "seize-server",
      "sinkhole-domain",
    ]);
    expect(actionsFor("c2", { types: new Set(["ipv4-addr"]), hasTargets: false })).not.toContain(
      "sinkhole-domain",
    );
  });

  it("exist for every role, and under PAP:RED none that shows outside is permitted", () => {
    for (const role of THREAT_ROLE_NAMES) {
      const ids = actionsFor(role, everything);
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        expect(isPermitted(ACTIONS[id].needs, permittedUnder("RED"))).toBe(
          ACTIONS[id].needs === "internally-visible-actions",
        );
        expect(isPermitted(ACTIONS[id].needs, permittedUnder(null))).toBe(true);
      }
    }
  });

  it("take an unknown PAP level for the strictest", () => {
    expect(permittedUnder("MAUVE")).toBe(permittedUnder("RED"));
    expect(PERMITTED_ACTIONS.indexOf(permittedUnder("AMBER"))).toBeLessThan(
      PERMITTED_ACTIONS.indexOf(permittedUnder("GREEN")),
    );
  });
});

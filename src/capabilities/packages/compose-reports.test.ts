import { describe, expect, it } from "vitest";
import { composeReports } from "./compose-reports.ts";
import { anOperation, aReader, aThreat, manyThreats } from "./example-input.ts";

describe("composeReports", () => {
  it("makes one report per country and role, targets apart from victims", () => {
    const readers = [aReader("MY", "en", manyThreats("MY", 4)), aReader("ID", "en", manyThreats("ID", 3))];
    const reports = composeReports(anOperation(readers));
    expect(
      reports.map((report) => [report.reference, report.subject.duty, report.keyFigures.threats]),
    ).toEqual([
      ["MST-EXERCISE-HARBOUR-ID-C2-001", "act", 3],
      ["MST-EXERCISE-HARBOUR-ID-PHI-001", "act", 3],
      ["MST-EXERCISE-HARBOUR-ID-CMP-001", "notify", 3],
      ["MST-EXERCISE-HARBOUR-MY-C2-001", "act", 4],
      ["MST-EXERCISE-HARBOUR-MY-PHI-001", "act", 4],
      ["MST-EXERCISE-HARBOUR-MY-CMP-001", "notify", 4],
    ]);
  });

  it("leaves out what is another country's, also where the reader may see it", () => {
    const foreign = aThreat({
      value: "198.18.9.9",
      countries: [{ country: "SG", basis: ["address-allocation"] }],
    });
    const [report] = composeReports(anOperation([aReader("ID", "en", [aThreat(), foreign])]));
    expect(report?.threats.map((threat) => threat.value)).toEqual(["198.18.0.1"]);
    expect(composeReports(anOperation([aReader("ID", "en", [foreign])]))).toEqual([]);
  });

  it("does not depend on the order of its input", () => {
    const threats = manyThreats("ID", 12);
    const one = composeReports(anOperation([aReader("ID", "fr", threats)]));
    expect(composeReports(anOperation([aReader("ID", "fr", threats.toReversed())]))).toEqual(one);
  });

  it("marks a report as its most restrictive part and says so in the conditions", () => {
    const open = aThreat({ handling: { tlp: "GREEN", pap: "GREEN", codes: ["H0"] } });
    const closed = aThreat({
      value: "198.18.0.2",
      handling: { tlp: "AMBER+STRICT", pap: "RED", codes: ["H1"] },
    });
    const [report] = composeReports(anOperation([aReader("ID", "en", [open, closed])]));
    expect(report?.marking).toEqual({ tlp: "AMBER+STRICT", pap: "RED", codes: ["H1"] });
    const conditions = report?.conditions.join(" ");
    expect(conditions).toContain("TLP:AMBER+STRICT");
    expect(conditions).toContain("PAP:RED");
    expect(conditions).toContain("Not to be used in judicial proceedings");
    expect(report?.actions.filter((action) => action.permitted).map((action) => action.id)).toEqual([
      "verify-active",
    ]);
  });

  it("keeps a source's name out as soon as one mention has none", () => {
    const named = aThreat({
      sources: [{ code: "S-1", name: "Example Research", reliability: "A", credibility: 1 }],
    });
    const unnamed = aThreat({
      value: "198.18.0.2",
      sources: [{ code: "S-1", name: null, reliability: "A", credibility: 2 }],
    });
    const [report] = composeReports(anOperation([aReader("ID", "en", [named, unnamed])]));
    expect(report?.sources).toEqual([{ code: "S-1", name: null, ratings: ["A1", "A2"], threats: 2 }]);
  });

  it("counts sites once with and without www, and threats of two families under both", () => {
    const government = { country: "ID", suffix: "go.id.example", level: "national" };
    const threats = ["a.go.id.example", "www.a.go.id.example"].map((host) =>
      aThreat({
        type: "domain-name",
        value: host,
        host,
        role: "compromised",
        government,
        families: ["One", "Two"],
      }),
    );
    const [report] = composeReports(anOperation([aReader("ID", "en", threats)]));
    expect(report?.keyFigures).toMatchObject({ threats: 2, hosts: 1, governmentPortals: 1 });
    expect(report?.keyFigures.byFamily).toEqual([
      { family: "One", threats: 2 },
      { family: "Two", threats: 2 },
    ]);
  });

  it("gives every action an owner, a due day, a legal tool and what is permitted", () => {
    for (const report of composeReports(anOperation([aReader("ID", "ar", manyThreats("ID", 3))]))) {
      for (const action of report.actions) {
        expect(action.dueOn).toMatch(/^2026-\d\d-\d\d$/);
        expect(
          [action.title, action.detail, action.owner, action.legalTool, action.permittedActions].every(
            Boolean,
          ),
        ).toBe(true);
      }
    }
  });
});

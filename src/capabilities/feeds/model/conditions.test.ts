import { describe, expect, it } from "vitest";
import { decideConditions } from "./conditions.ts";

const operation = {
  purpose: "disruption",
  from: "2026-09-01",
  to: "2026-11-30",
  defaults: { tlp: "AMBER", method: "sensors" },
} as const;
const partner = { kind: "partner", mayBeNamed: false } as const;
const country = { kind: "country", mayBeNamed: false } as const;

function conditionsOf(...given: Parameters<typeof decideConditions>) {
  const decision = decideConditions(...given);
  if (decision.state === "incomplete") throw new Error(`incomplete: ${decision.missing.join()}`);
  return decision.conditions;
}

describe("decideConditions", () => {
  it("takes the operation's defaults where nothing is stated, and names each it took", () => {
    expect(conditionsOf(operation, partner, {})).toEqual({
      handling: {
        tlp: "AMBER",
        pap: null,
        codes: [],
        releasableTo: null,
        expiresOn: null,
        mayBeNamed: false,
      },
      method: "sensors",
      purpose: "disruption",
      observedFrom: "2026-09-01",
      observedTo: "2026-11-30",
      defaultsTaken: ["marking", "method", "purpose", "observation window"],
    });
  });

  it("lets the delivery's own word stand over the source's, and the source's over the operation's", () => {
    const source: Parameters<typeof decideConditions>[1] = {
      ...partner,
      tlp: "GREEN",
      pap: "AMBER",
      handling: ["H1"],
      releasableTo: ["ID"],
    };
    const bySource = conditionsOf(operation, source, {});
    expect(bySource.handling).toMatchObject({
      tlp: "GREEN",
      pap: "AMBER",
      codes: ["H1"],
      releasableTo: ["ID"],
    });
    expect(bySource.defaultsTaken).not.toContain("marking");
    const byDelivery = conditionsOf(operation, source, {
      tlp: "RED",
      pap: "RED",
      handling: ["H2"],
      releasableTo: ["MY"],
      expires: "2026-12-24",
      method: "sinkhole",
      purpose: "arrests",
      observedFrom: "2026-10-01",
      observedTo: "2026-10-31",
    });
    expect(byDelivery.handling).toEqual({
      tlp: "RED",
      pap: "RED",
      codes: ["H2"],
      releasableTo: ["MY"],
      expiresOn: "2026-12-24",
      mayBeNamed: false,
    });
    expect(byDelivery).toMatchObject({ method: "sinkhole", purpose: "arrests", observedFrom: "2026-10-01" });
    expect(byDelivery.defaultsTaken).toEqual([]);
  });

  it("names what is missing when neither delivery, source nor operation states it", () => {
    const bare = { ...operation, defaults: {} };
    expect(decideConditions(bare, partner, {})).toEqual({
      state: "incomplete",
      missing: ["marking", "method"],
    });
    expect(decideConditions(bare, partner, { tlp: "GREEN" })).toEqual({
      state: "incomplete",
      missing: ["method"],
    });
    expect(decideConditions(bare, { ...partner, tlp: "GREEN" }, { method: "x" })).toMatchObject({
      state: "complete",
    });
  });

  it("says that the window is a default when only one end of it is stated", () => {
    const { defaultsTaken, observedFrom, observedTo } = conditionsOf(operation, partner, {
      observedFrom: "2026-10-01",
    });
    expect([observedFrom, observedTo]).toEqual(["2026-10-01", "2026-11-30"]);
    expect(defaultsTaken).toContain("observation window");
  });

  it("keeps a country's submission to the desk until that country widens it, unless it is public", () => {
    expect(conditionsOf(operation, country, {}).handling.releasableTo).toEqual([]);
    expect(conditionsOf(operation, country, { tlp: "GREEN" }).handling.releasableTo).toEqual([]);
    expect(conditionsOf(operation, country, { releasableTo: ["MY"] }).handling.releasableTo).toEqual(["MY"]);
    expect(conditionsOf(operation, country, { tlp: "CLEAR" }).handling.releasableTo).toBeNull();
  });
});

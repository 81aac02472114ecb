import { describe, expect, it } from "vitest";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import { describePerson, isPersonal } from "./personal.ts";

describe("isPersonal", () => {
  it("knows values that lead to a person, also inside a URL", () => {
    expect(isPersonal("email-addr", "a@mail.example")).toBe(true);
    expect(isPersonal("url", "https://form.example/?mail=a%40mail.example")).toBe(true);
    expect(isPersonal("url", "https://form.example/login")).toBe(false);
    expect(isPersonal("ipv4-addr", "192.0.2.1")).toBe(false);
  });
});

describe("describePerson", () => {
  const said = { credibility: 2, purpose: "notify victims", firstReceivedAt: Date.UTC(2026, 8, 1) };

  it("says all four of every role", () => {
    for (const role of THREAT_ROLE_NAMES) {
      const described = describePerson(role, said);
      expect(Object.values(described).every((word) => word !== "")).toBe(true);
      expect(described.reviewOn <= "2027-09-01").toBe(true);
    }
  });

  it("never makes a victim a suspect, and takes only what is confirmed for a fact", () => {
    expect(describePerson("victim", said)).toMatchObject({ category: "victim", standing: "assessment" });
    expect(describePerson("scam", { ...said, credibility: 1 })).toMatchObject({
      category: "suspect",
      standing: "fact",
    });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canHold, mayEnd, mayGive } from "./lattice.ts";
import { mayTouch, type RoleHeld } from "./mayTouch.ts";
import { type MemberRole, READS_AS } from "./roles.ts";

const ROLES = Object.keys(READS_AS).filter((role): role is MemberRole => role in READS_AS);

const held = fc
  .record({
    operation: fc.integer({ min: 1, max: 3 }),
    role: fc.constantFrom(...ROLES),
    where: fc.constantFrom("ID", "MY"),
  })
  .map(
    ({ operation, role, where }): RoleHeld => ({
      operation,
      role,
      country: READS_AS[role] === "country" ? where : null,
      source: READS_AS[role] === "source" ? where.toLowerCase() : null,
    }),
  );
const rights = fc.record({
  duties: fc.uniqueArray(fc.constantFrom("administrator" as const, "auditor" as const)),
  roles: fc.array(held, { maxLength: 4 }),
});

describe("who may touch an account", () => {
  it("is nobody who lacks a right of it, whatever else he holds", () => {
    fc.assert(
      fc.property(rights, rights, (actor, account) => {
        const lacksDuty = account.duties.some((duty) => !actor.duties.includes(duty));
        const lacksOperation = account.roles.some(
          ({ operation }) => !actor.roles.some((own) => own.operation === operation),
        );
        const lacksCountry = account.roles.some(
          ({ operation, country }) =>
            country !== null &&
            !actor.roles.some((own) => own.operation === operation && own.country === country),
        );
        if (lacksDuty || lacksOperation || lacksCountry) expect(mayTouch(actor, account)).toBe(false);
      }),
    );
  });

  it("is whoever holds all of it, and holding more never takes that away", () => {
    fc.assert(
      fc.property(rights, rights, (account, more) => {
        expect(mayTouch(account, account)).toBe(true);
        const actor = {
          duties: [...account.duties, ...more.duties],
          roles: [...account.roles, ...more.roles],
        };
        expect(mayTouch(actor, account)).toBe(true);
      }),
    );
  });

  it("does not grow through others: whom my subject may touch, I may touch", () => {
    fc.assert(
      fc.property(rights, rights, rights, (one, two, three) => {
        if (mayTouch(one, two) && mayTouch(two, three)) expect(mayTouch(one, three)).toBe(true);
      }),
    );
  });
});

describe("who may give and end what", () => {
  it("is decided by roles in the operation itself, never by those in another", () => {
    fc.assert(
      fc.property(fc.array(held), fc.constantFrom(...ROLES), (roles, role) => {
        const elsewhere = roles.filter(({ operation }) => operation !== 1);
        expect(mayGive(elsewhere, 1, role)).toBe(false);
        expect(mayEnd(elsewhere, 1, role)).toBe(false);
        expect(mayGive(roles, 1, role)).toBe(
          roles.some((own) => own.operation === 1 && own.role === "coordinator"),
        );
      }),
    );
  });

  it("ends nothing that it may not give, and no coordinator dismisses who checks him", () => {
    for (const own of ROLES) {
      const roles = [{ operation: 1, role: own, country: null, source: null }];
      for (const role of ROLES) if (mayEnd(roles, 1, role)) expect(mayGive(roles, 1, role)).toBe(true);
      expect(mayEnd(roles, 1, "data-protection")).toBe(false);
    }
  });
});

describe("from which organisation a role is held", () => {
  it("keeps companies out of the desk and of countries, and a country's role in its country", () => {
    for (const role of ROLES) {
      const country = READS_AS[role] === "country" ? "ID" : null;
      const source = READS_AS[role] === "source" ? "northwind" : null;
      const from = (kind: string, of: string | null) => canHold({ kind, country: of }, role, country, source);
      expect(from("partner", "ID")).toBe(role === "partner");
      expect(from("police", "MY")).toBe(country === null && source === null);
      expect(from("police", "ID")).toBe(role !== "partner");
      expect(canHold({ kind: "police", country: "ID" }, role, "ID", "northwind")).toBe(false);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayTouch, type Rights, type RoleHeld } from "./mayTouch.ts";
import { type MemberRole, READS_AS } from "./roles.ts";

const ROLES = Object.keys(READS_AS).filter((name): name is MemberRole => name in READS_AS);

/** Few operations, countries and sources, so that random accounts meet. */
const held: fc.Arbitrary<RoleHeld> = fc
  .record({
    operation: fc.constantFrom(1, 2),
    role: fc.constantFrom(...ROLES),
    country: fc.constantFrom("ID", "MY"),
    source: fc.constantFrom("quay", "crane"),
  })
  .map((each) => ({
    ...each,
    country: READS_AS[each.role] === "country" ? each.country : null,
    source: READS_AS[each.role] === "source" ? each.source : null,
  }));
const rights: fc.Arbitrary<Rights> = fc.record({
  duties: fc.uniqueArray(fc.constantFrom("administrator" as const, "auditor" as const)),
  roles: fc.array(held, { maxLength: 4 }),
});
const and = (one: Rights, more: Rights): Rights => ({
  duties: [...new Set([...one.duties, ...more.duties])],
  roles: [...one.roles, ...more.roles],
});

describe("mayTouch", () => {
  it("lets everybody touch an account like his own, and one with nothing", () => {
    fc.assert(fc.property(rights, (one) => mayTouch(one, one) && mayTouch(one, { duties: [], roles: [] })));
  });

  it("never lets two steps reach what one does not", () => {
    fc.assert(
      fc.property(rights, rights, rights, (one, two, three) => {
        fc.pre(mayTouch(one, two) && mayTouch(two, three));
        return mayTouch(one, three);
      }),
      { numRuns: 500 },
    );
  });

  it("gives nothing to whoever gets into an account he may touch: he reaches no account that he did not reach before", () => {
    fc.assert(
      fc.property(rights, rights, rights, (one, two, three) => {
        fc.pre(mayTouch(one, two));
        return mayTouch(and(one, two), three) === mayTouch(one, three);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses whatever holds one duty or role more than what is covered, however much the actor holds", () => {
    fc.assert(
      fc.property(rights, rights, held, (actor, account, more) => {
        const reaches = mayTouch(actor, { duties: [], roles: [more] });
        return (
          mayTouch(actor, and(account, { duties: [], roles: [more] })) ===
          (reaches && mayTouch(actor, account))
        );
      }),
      { numRuns: 500 },
    );
  });

  it("keeps operations, countries and sources apart, and the desk out of everybody else's accounts", () => {
    const of = (
      role: MemberRole,
      country: string | null = null,
      source: string | null = null,
      operation = 1,
    ) => ({
      duties: [],
      roles: [{ operation, role, country, source }],
    });
    expect(mayTouch(of("coordinator"), of("analyst"))).toBe(true);
    expect(mayTouch(of("analyst"), of("coordinator"))).toBe(false);
    expect(mayTouch(of("coordinator"), of("analyst", null, null, 2))).toBe(false);
    expect(mayTouch(of("coordinator"), of("national-officer", "ID"))).toBe(false);
    expect(mayTouch(of("coordinator"), of("data-protection"))).toBe(false);
    expect(mayTouch(of("coordinator"), of("partner", null, "quay"))).toBe(false);
    expect(mayTouch(of("national-officer", "ID"), of("national-officer", "MY"))).toBe(false);
    expect(mayTouch({ duties: ["administrator"], roles: [] }, of("analyst"))).toBe(false);
    expect(mayTouch({ duties: ["administrator"], roles: [] }, { duties: ["auditor"], roles: [] })).toBe(
      false,
    );
  });
});

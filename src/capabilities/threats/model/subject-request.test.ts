import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Disclosure,
  disclosureOf,
  nextRequestState,
  outcomesFor,
  type REQUEST_STATES,
  type RequestStep,
} from "./subject-request.ts";

const STEPS: readonly RequestStep[] = ["search", "consult", "decide", "answer", "withdraw"];

describe("a person's request", () => {
  it("is answered only after it was searched and decided, whatever steps are tried in whatever order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS)), (steps) => {
        let state: (typeof REQUEST_STATES)[number] = "registered";
        const done: RequestStep[] = [];
        for (const step of steps) {
          const next = nextRequestState(state, step);
          if (next === null) continue;
          state = next;
          done.push(step);
        }
        if (state === "answered")
          expect(done).toEqual(expect.arrayContaining(["search", "decide", "answer"]));
        if (state === "answered" || state === "withdrawn")
          for (const step of STEPS) expect(nextRequestState(state, step)).toBeNull();
      }),
    );
  });

  it("takes a source's silence after the deadline for an objection, and before it for nothing", () => {
    expect(disclosureOf({ answer: null }, "2026-11-20", "2026-11-20")).toBe("pending");
    expect(disclosureOf({ answer: null }, "2026-11-20", "2026-11-21")).toBe("no");
    expect(disclosureOf({ answer: "no-objection" }, "2026-11-20", "2026-11-21")).toBe("yes");
    expect(disclosureOf(undefined, "2026-11-20", "2026-11-21")).toBe("pending");
  });

  it("is granted in full only when no source objects", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Disclosure>("yes", "no", "pending")), (disclosures) => {
        const outcomes = outcomesFor(disclosures);
        if (disclosures.includes("pending")) expect(outcomes).toEqual([]);
        if (outcomes.includes("granted")) expect(new Set(disclosures)).toEqual(new Set(["yes"]));
        if (!disclosures.includes("yes")) expect(outcomes).not.toContain("granted-in-part");
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { listContradictions, storedState, withIntake } from "../intake.ts";
import { partnerLines } from "../rows.ts";
import { takeSmallDelivery } from "./fast-intake.ts";

describe("the intake of random worlds", () => {
  const real = withIntake({ tables: "none" });
  const fast = withIntake({ tables: "none" });

  it("stores what the intake of the product stores, for overlapping deliveries and for one that comes again, changed", async () => {
    const files = [
      ["partner-a", "panels.csv", "one"],
      ["partner-b", "panels.csv", "two"],
      ["partner-a", "panels.csv", "three"],
    ] as const;
    for (const [source, name, seed] of files) {
      const text = [...partnerLines(seed, 60, 40)].join("");
      await real().deliver(source, name, text, { role: "c2" });
      await takeSmallDelivery(fast().here, await fast().receive(source, name, text, { role: "c2" }));
    }
    const stored = await storedState(real().database.pool("owner"));
    expect(await storedState(fast().database.pool("owner"))).toEqual(stored);
    expect(await listContradictions(fast().database.pool("owner"))).toEqual([]);
    expect(JSON.stringify(stored)).not.toContain('"threats": [0');
  }, 60_000);
});

import { describe, expect, it } from "vitest";
import { passwordFault } from "./password-rule.ts";

const officer = { name: "Zoë Marchetti-Ode" };

describe("passwordFault", () => {
  it("asks for twelve characters and for no kind of them", () => {
    expect(passwordFault("elevenchars", officer)).toContain("12");
    for (const password of ["twelve chars", "aaaaaaaaaaaaa", "éééééééééééé", "🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟🐟"])
      expect(passwordFault(password, officer)).toBeNull();
    expect(passwordFault("🐟🐟🐟🐟🐟🐟", officer)).not.toBeNull();
  });

  it("does not count the officer's own name, in whatever letters", () => {
    for (const password of [
      "Zoe Zoë Marchetti",
      "marchetti-ode-1",
      "ZOË.MARCHETTI.99",
      "zoe\u0308marchetti123",
    ])
      expect(passwordFault(password, officer)).toContain("name");
    expect(passwordFault("marchetti likes long walks", officer)).toBeNull();
  });
});

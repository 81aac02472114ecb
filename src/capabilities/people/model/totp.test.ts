import { describe, expect, it } from "vitest";
import { matchedStep, newTotpSecret, totpCard } from "./totp.ts";

/** Appendix B of RFC 6238, SHA-1, its codes cut to six digits. */
const RFC_SECRET = Buffer.from("12345678901234567890");
const RFC_CODES = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
] as const;

describe("matchedStep", () => {
  it("takes the codes of RFC 6238 at their time", () => {
    for (const [seconds, code] of RFC_CODES)
      expect(matchedStep(RFC_SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it("takes one step early or late and says which it was, and none beyond", () => {
    const [seconds, code] = RFC_CODES[3];
    const step = Math.floor(seconds / 30);
    const at = (steps: number) => matchedStep(RFC_SECRET, code, (seconds + steps * 30) * 1000);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, step, step, step, null]);
  });
});

describe("totpCard", () => {
  it("is what authenticator apps read", () => {
    const { secret, uri } = totpCard(RFC_SECRET, "lea-tupou-123456");
    expect(secret).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    expect(uri).toContain(`otpauth://totp/Muster:lea-tupou-123456?issuer=Muster&secret=${secret}`);
    expect(newTotpSecret()).toHaveLength(20);
  });
});

import { describe, expect, it } from "vitest";
import { hashPassword, isPassword } from "./password-hash.ts";

describe("a password's hash", () => {
  it("is argon2id with 19 MiB and two passes, different each time", async () => {
    const [one, two] = [
      await hashPassword("four quiet lighthouses"),
      await hashPassword("four quiet lighthouses"),
    ];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it("knows its password, in whatever form the keyboard wrote it, and no other", async () => {
    const hash = await hashPassword("caf\u00e9 at the quiet quay");
    expect(await isPassword("cafe\u0301 at the quiet quay", hash)).toBe(true);
    expect(await isPassword("cafe at the quiet quay", hash)).toBe(false);
  });

  it("is nobody's when there is none", async () => {
    expect(await isPassword("", null)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { createWordMemo } from "./word-memo.ts";

describe("createWordMemo", () => {
  it("gives every word its own answer, also when many share a place", () => {
    const memo = createWordMemo((word) => `<${word}>`);
    const words = Array.from({ length: 25_000 }, (_, n) => `word ${n}`);
    for (const word of ["", "a", "é", "\ud800", ...words, ...words]) {
      expect(memo(word)).toBe(`<${word.toWellFormed()}>`);
    }
  });

  it("asks once for a word, however often it comes, also when there is no answer", () => {
    let asked = 0;
    const memo = createWordMemo(() => {
      asked++;
      return undefined;
    });
    for (let n = 0; n < 100; n++) for (const word of ["one", "two", "eno", "owt"]) memo(word);
    expect(asked).toBe(4);
  });
});

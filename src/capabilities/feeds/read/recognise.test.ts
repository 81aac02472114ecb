import { describe, expect, it } from "vitest";
import { defineFeedFormat } from "../format.ts";
import { headOf } from "./head.ts";
import { loadFormats, recognise } from "./recognise.ts";

const answering = (id: string, score: number) =>
  defineFeedFormat({ id, title: id, recognise: () => score, read: () => Promise.resolve() });
const head = headOf("any", Buffer.from("192.0.2.1\n"), true);

describe("recognise", () => {
  it("takes the surest format, and the first of the alphabet among equals", () => {
    expect(recognise(head, [answering("b", 50), answering("c", 90), answering("a", 50)])?.format.id).toBe(
      "c",
    );
    expect(recognise(head, [answering("b", 50), answering("a", 50)])?.format.id).toBe("a");
  });

  it("takes none when none is sure enough", () => {
    expect(recognise(head, [answering("a", 9), answering("b", 0)])).toBeNull();
    expect(recognise(head, [])).toBeNull();
  });
});

describe("every recogniser", async () => {
  const formats = await loadFormats();
  const hostile: Readonly<Record<string, string>> = {
    "one endless word": "a".repeat(65_536),
    "dots and letters": "a.".repeat(32_768),
    "digits and dots": "1.".repeat(32_768),
    quotes: '"'.repeat(65_536),
    commas: ",".repeat(65_536),
    "blank lines": "\n".repeat(65_536),
    blanks: " ".repeat(65_536),
    "hash marks": "#".repeat(65_536),
    "short comments": "# a\n".repeat(16_384),
    brackets: "[".repeat(65_536),
    braces: '{"a":'.repeat(13_000),
    "angle brackets": "<".repeat(65_536),
    "lines with many separators": `${";,|\t".repeat(200)}\n`.repeat(80),
    "almost addresses": "1.1.1.1.1.1:\n".repeat(5_000),
    "almost rules": "||a^".repeat(16_000),
    "almost mail": "a@".repeat(32_768),
    "NUL characters": "\0".repeat(65_536),
    "direction overrides": "\u202e\u2066a".repeat(10_000),
  };

  it.each(Object.keys(hostile))("answers at once to %s", (name) => {
    const worst = headOf(name, Buffer.from(hostile[name] ?? ""), false);
    for (const format of formats) {
      const started = performance.now();
      const score = format.recognise(worst);
      expect({ format: format.id, slow: performance.now() - started > 500 }).toEqual({
        format: format.id,
        slow: false,
      });
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChunks, detectEncoding, type Encoding } from "./decode.ts";

async function decode(bytes: Uint8Array, encoding: Encoding, chunkBytes = 64): Promise<string> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  let text = "";
  for await (const piece of decodeChunks(chunks(), encoding)) text += piece;
  return text;
}

const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
const text = fc.string({
  unit: fc.constantFrom("a", "z", "\n", "é", "ت", "日", "😀"),
  minLength: 1,
  maxLength: 40,
});

describe("decodeChunks", () => {
  it("gives the same text for any chunk size, without the byte-order mark", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (content, size, mark) => {
        const marked = mark ? `\ufeff${content}` : content;
        expect(await decode(Buffer.from(marked, "utf8"), "utf-8", size)).toBe(content);
        expect(await decode(Buffer.from(marked, "utf16le"), "utf-16le", size)).toBe(content);
        expect(await decode(utf16be(marked), "utf-16be", size)).toBe(content);
      }),
      { numRuns: 200 },
    );
  });

  it("replaces broken bytes as the Encoding Standard does, whatever the chunks", async () => {
    const pieces = fc.constantFrom(
      [0x41],
      [0xc3, 0xa9],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f],
      [0xff],
      [0x80],
      [0xed, 0xa0, 0x80],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (broken) => {
        const bytes = Uint8Array.from([0x61, ...broken.flat(), 0x0a, 0x62]);
        expect(await decode(bytes, "utf-8")).toBe(new TextDecoder("utf-8").decode(bytes));
        const good = await decode(bytes, "utf-8", 3);
        expect(good.endsWith("\nb")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("reads the characters that Windows-1252 adds to Latin-1", async () => {
    expect(await decode(Uint8Array.from([0x80, 0x93, 0x41, 0xe9, 0x9f]), "windows-1252")).toBe("€“AéŸ");
  });
});

describe("detectEncoding", () => {
  const of = (bytes: Uint8Array, complete = true) => detectEncoding(bytes, complete);

  it("believes a byte-order mark", () => {
    expect(of(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("utf-8");
    expect(of(Uint8Array.from([0xff, 0xfe, 0x61, 0x00]))).toBe("utf-16le");
    expect(of(Uint8Array.from([0xfe, 0xff, 0x00, 0x61]))).toBe("utf-16be");
  });

  it("finds UTF-16 without one", () => {
    expect(of(Buffer.from("ip,port\n192.0.2.1,80\n", "utf16le"))).toBe("utf-16le");
    expect(of(utf16be("ip,port\n192.0.2.1,80\n"))).toBe("utf-16be");
  });

  it("tells UTF-8 from Windows-1252", () => {
    expect(of(Buffer.from("hameçonnage"))).toBe("utf-8");
    expect(of(Buffer.from("hameçonnage", "latin1"))).toBe("windows-1252");
    expect(of(new Uint8Array())).toBe("utf-8");
  });

  it("does not take a character cut by the end of the head for an error", () => {
    const cut = Buffer.from("日本").subarray(0, 5);
    expect(of(cut, false)).toBe("utf-8");
  });

  it("keeps a UTF-8 file with one broken byte UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from("suplantación,تصيد\n"), Buffer.from([0xe9]), Buffer.from("\n")]);
    expect(of(bytes)).toBe("utf-8");
  });
});

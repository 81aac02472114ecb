import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withEntryCount, zipOf } from "../../../../test/support/zip-writer.ts";
import { openParts, type UnpackOptions } from "./unpack.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-unpack-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function* parts(name: string, bytes: Uint8Array, options: UnpackOptions = {}) {
  const path = join(folder, `delivery-${++files}`);
  writeFileSync(path, bytes);
  yield* openParts({ path, name }, { tempFolder: folder, ...options });
}

/** `name = text` of each part, or `name ! code`. */
async function opened(name: string, bytes: Uint8Array, options?: UnpackOptions): Promise<string[]> {
  const answers: string[] = [];
  for await (const part of parts(name, bytes, options)) {
    if (part.refusal === null) {
      const pieces: string[] = [];
      for await (const piece of part.text()) pieces.push(piece);
      answers.push(`${part.name} = ${pieces.join("").slice(0, 40)}`);
    } else answers.push(`${part.name} ! ${part.refusal.code}`);
  }
  return answers;
}

interface TarEntry {
  name: string;
  text?: string;
  type?: "symlink" | "link" | "character-device" | "fifo" | "directory";
  linkname?: string;
}

async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { text, ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, text ?? "");
  tar.finalize();
  const pieces: Buffer[] = [];
  // The library's streams give Buffers, which its declarations leave open.
  for await (const piece of tar) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const A = { name: "lists/a.txt", text: "192.0.2.1", bytes: "192.0.2.1" };
const B = { name: "b.csv", text: "ip\n192.0.2.2", bytes: "ip\n192.0.2.2" };

describe("openParts", () => {
  it("gives a plain file as one part, whatever its name says", async () => {
    expect(await opened("list.zip", Buffer.from("192.0.2.1"))).toEqual(["list.zip = 192.0.2.1"]);
  });

  it("opens gzip, zip, tar and their nestings by content", async () => {
    const both = ["d > lists/a.txt = 192.0.2.1", "d > b.csv = ip\n192.0.2.2"];
    expect(await opened("d", gzipSync(A.text))).toEqual(["d = 192.0.2.1"]);
    expect(await opened("d", zipOf([A, B]))).toEqual(both);
    expect(await opened("d", await tarOf([A, B]))).toEqual(both);
    expect(await opened("d", gzipSync(await tarOf([A, B])))).toEqual(both);
    const inner = zipOf([{ name: "in.tgz", bytes: gzipSync(await tarOf([A])) }]);
    expect(await opened("d", zipOf([{ name: "in.zip", bytes: inner }]))).toEqual([
      "d > in.zip > in.tgz > lists/a.txt = 192.0.2.1",
    ]);
  });

  it("gives each part more than once, from memory and from disk", async () => {
    for (const memoryBytes of [4, 1_000_000]) {
      for await (const part of parts("d", zipOf([A]), { limits: { memoryBytes } })) {
        for (let time = 0; time < 2; time++) {
          const chunks: Uint8Array[] = [];
          for await (const chunk of part.bytes()) chunks.push(chunk);
          expect(Buffer.concat(chunks).toString()).toBe(A.text);
        }
        expect(part.sizeBytes).toBe(A.text.length);
      }
    }
  });

  it("leaves nothing in the temporary folder, not even while a part is open or the loop is left", async () => {
    const spools = () => readdirSync(folder).filter((name) => name.startsWith("muster-unpack-"));
    for await (const _ of parts("d", zipOf([A, B]), { limits: { memoryBytes: 1 } })) {
      expect(spools()).toEqual([]);
      break;
    }
    expect(spools()).toEqual([]);
  });

  it("makes the attachments of a mail parts of their own, archives among them", async () => {
    const mail = [
      "From: a@partner.example",
      "Subject: list",
      "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=x",
      "",
      "--x",
      "Content-Type: text/plain",
      "",
      "see attached",
      "--x",
      'Content-Disposition: attachment; filename="../a.zip"',
      "Content-Transfer-Encoding: base64",
      "",
      zipOf([A]).toString("base64"),
      "--x",
      'Content-Disposition: attachment; filename="a.zip"',
      "Content-Transfer-Encoding: base64",
      "",
      zipOf([A]).toString("base64"),
      "--x--",
    ].join("\r\n");
    expect(await opened("m.eml", Buffer.from(mail))).toEqual([
      expect.stringMatching(/^m\.eml = From: a@partner/),
      "m.eml > ../a.zip ! unsafe",
      "m.eml > a.zip > lists/a.txt = 192.0.2.1",
    ]);
  });

  it("says what an archive is that it does not open", async () => {
    const seven = Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]);
    expect(await opened("d.7z", seven)).toEqual(["d.7z ! unknown-format"]);
  });
});

describe("names in archives", () => {
  it.each([
    "../evil",
    "/etc/passwd",
    "C:\\windows\\x",
    "a/../../b",
    "..\\b",
    "a\0.txt",
    `${"x".repeat(2000)}`,
  ])("refuse only their entry: %j", async (name) => {
    const [first, second, ...rest] = await opened("d", zipOf([{ name, bytes: "x" }, A]));
    expect(first).toMatch(/ ! unsafe$/);
    expect(second).toBe("d > lists/a.txt = 192.0.2.1");
    expect(rest).toEqual([]);
  });

  it("are shown with control and direction characters escaped", async () => {
    expect(await opened("d\u202e", zipOf([{ name: "a\u202etxt.exe\n", bytes: "x" }]))).toEqual([
      "d\\u{202e} > a\\u{202e}txt.exe\\u{a} = x",
    ]);
  });

  it("may come once", async () => {
    const twice = ["d > lists/a.txt = 192.0.2.1", "d > lists/a.txt ! unsafe"];
    expect(await opened("d", zipOf([A, A]))).toEqual(twice);
    expect(await opened("d", await tarOf([A, A]))).toEqual(twice);
  });

  it("of links, devices and pipes are refused, folders and litter passed over", async () => {
    const tar = await tarOf([
      { name: "lists", type: "directory" },
      { name: "l", type: "symlink", linkname: "/etc/passwd" },
      { name: "h", type: "link", linkname: "lists/a.txt" },
      { name: "c", type: "character-device" },
      { name: "p", type: "fifo" },
      { name: "__MACOSX/._a.txt", text: "x" },
      { name: "lists/.DS_Store", text: "x" },
      A,
    ]);
    expect(await opened("d", tar)).toEqual([
      ...["l", "h", "c", "p"].map((name) => `d > ${name} ! unsafe`),
      "d > lists/a.txt = 192.0.2.1",
    ]);
    const zip = zipOf([
      { name: "l", bytes: "/etc/passwd", mode: 0o120777 },
      { name: "__MACOSX/x", bytes: "" },
      A,
    ]);
    expect(await opened("d", zip)).toEqual(["d > l ! unsafe", "d > lists/a.txt = 192.0.2.1"]);
  });
});

describe("bombs", () => {
  const MEBIBYTE = 1024 ** 2;
  const zeros = Buffer.alloc(32 * MEBIBYTE);

  /** Opens it, and measures how far the process grew. */
  async function measured(bytes: Uint8Array, options?: UnpackOptions) {
    const before = process.memoryUsage.rss();
    let most = before;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const answers = await opened("bomb", bytes, options);
    clearInterval(timer);
    return { answers, grownMebibytes: (most - before) / MEBIBYTE };
  }

  it("of gzip are refused in little memory", async () => {
    // Members may follow each other: a gigabyte of zeros without making it.
    const bomb = Buffer.concat(Array<Buffer>(32).fill(gzipSync(zeros)));
    const { answers, grownMebibytes } = await measured(bomb);
    expect(answers).toEqual(["bomb ! too-big"]);
    expect(grownMebibytes).toBeLessThan(100);
  });

  it("of zip that announce their size are refused at once", async () => {
    expect((await measured(zipOf([{ name: "z", bytes: zeros }, A]))).answers).toEqual(["bomb ! too-big"]);
  });

  it("of zip that lie about their size are stopped", async () => {
    const lying = zipOf([{ name: "z", bytes: zeros, announcedBytes: 100 }, A]);
    const { answers, grownMebibytes } = await measured(lying);
    expect(answers).toEqual(["bomb > z ! broken", "bomb > lists/a.txt = 192.0.2.1"]);
    expect(grownMebibytes).toBeLessThan(100);
  });

  it("whose entries share bytes are refused", async () => {
    const kernel = { name: "k", bytes: zeros.subarray(0, MEBIBYTE) };
    const flat = zipOf([
      kernel,
      ...Array.from({ length: 200 }, (_, n) => ({ ...kernel, name: `k${n}`, sameBytesAs: 0 })),
    ]);
    expect(await opened("bomb", flat)).toEqual(["bomb ! unsafe"]);
  });

  it("nested in each other are refused, by depth and by size", async () => {
    let zip = zipOf([A]);
    for (let depth = 0; depth < 3; depth++) zip = zipOf([{ name: "n.zip", bytes: zip }]);
    expect(await opened("d", zip)).toEqual(["d > n.zip > n.zip > n.zip ! too-big"]);
    const many = (bytes: Buffer) =>
      zipOf(Array.from({ length: 16 }, (_, n) => ({ name: `${n}.zip`, bytes })));
    const { answers, grownMebibytes } = await measured(
      many(many(zipOf([{ name: "z", bytes: zeros.subarray(0, 9 * MEBIBYTE) }]))),
    );
    expect(answers.at(-1)).toMatch(/ ! too-big$/);
    expect(answers.length).toBeLessThan(4);
    expect(grownMebibytes).toBeLessThan(100);
  });

  it("of entries are refused by what the directory claims and by what streams by", async () => {
    expect(await opened("d", withEntryCount(zipOf([A]), 65_000))).toEqual(["d ! too-big"]);
    const tar = await tarOf(
      Array.from({ length: 50 }, (_, n) => ({ name: `d${n}`, type: "directory" as const })),
    );
    expect(await opened("d", gzipSync(tar), { limits: { entries: 40 } })).toEqual(["d ! too-big"]);
  });

  it("end the delivery when the sum of all parts is too big", async () => {
    const zip = zipOf([A, B, { name: "c", bytes: "x" }]);
    expect(await opened("d", zip, { limits: { unpackedBytes: 12 } })).toEqual([
      "d > lists/a.txt = 192.0.2.1",
      "d ! too-big",
    ]);
  });
});

describe("damaged archives", () => {
  it("give what was complete before the cut", async () => {
    const long = {
      name: "long.txt",
      bytes: Buffer.from(Array.from({ length: 4000 }, (_, n) => `${n} 192.0.2.${n % 256}`).join("\n")),
    };
    const tar = await tarOf([A, { name: long.name, text: long.bytes.toString() }]);
    const whole = [zipOf([A, long]), tar, gzipSync(tar)];
    for (const bytes of whole) {
      expect(await opened("d", bytes.subarray(0, Math.floor(bytes.length * 0.6)))).toEqual([
        "d > lists/a.txt = 192.0.2.1",
        "d ! broken",
      ]);
    }
  });

  it("give parts or a clear refusal wherever they are cut", async () => {
    const tar = await tarOf([A, B]);
    for (const bytes of [zipOf([A, B]), tar, gzipSync(tar), gzipSync(A.text)]) {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: bytes.length - 1 }), async (length) => {
          const answers = await opened("d", bytes.subarray(0, length));
          expect(answers.length).toBeGreaterThan(0);
        }),
        { numRuns: 40 },
      );
    }
  });

  it("never throw anything but an answer, whatever byte is changed", async () => {
    const tar = await tarOf([A, B]);
    for (const bytes of [zipOf([A, B]), tar, gzipSync(tar)]) {
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), async (at, value) => {
          const changed = Buffer.from(bytes);
          changed[at] = value;
          await opened("d", changed);
        }),
        { numRuns: 60 },
      );
    }
  });

  it("are found by checksum", async () => {
    const zip = zipOf([A, B]);
    zip.writeUInt32LE(1, zip.indexOf("PK\x01\x02", 0, "latin1") + 16);
    expect(await opened("d", zip)).toEqual(["d > lists/a.txt ! broken", "d > b.csv = ip\n192.0.2.2"]);
  });

  it("with rubbish behind a gzip lose nothing", async () => {
    const text = "192.0.2.1\n".repeat(20_000);
    const bytes = Buffer.concat([gzipSync(text), gzipSync("192.0.2.2"), Buffer.from("rubbish")]);
    let size = 0;
    for await (const part of parts("d", bytes)) size = part.refusal === null ? part.sizeBytes : -1;
    expect(size).toBe(text.length + 9);
  });

  it("that are encrypted say so, entry by entry", async () => {
    expect(await opened("d", zipOf([{ ...A, flags: 1 }, B]))).toEqual([
      "d > lists/a.txt ! encrypted",
      "d > b.csv = ip\n192.0.2.2",
    ]);
  });
});

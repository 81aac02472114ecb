import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { writeLines } from "./rows.ts";
import { zipOf } from "./zip-writer.ts";

/** A file made to break what reads it: a name, and how it is written to a path. */
export interface HostileFile {
  readonly name: string;
  /** Writes the file and gives its size in bytes. Large ones are written piece by piece. */
  write(path: string): Promise<number>;
}

const MEBIBYTE = 1024 ** 2;

/** The same piece, again and again, between a head and a tail. */
function* repeated(head: string, piece: string | Uint8Array, times: number, tail: string) {
  yield head;
  for (let i = 0; i < times; i++) yield piece;
  yield tail;
}

const ofPieces = (name: string, head: string, piece: string, times: number, tail = ""): HostileFile => ({
  name,
  write: (path) => writeLines(path, repeated(head, piece, times, tail)),
});

const ofBytes = (name: string, content: () => string | Uint8Array): HostileFile => ({
  name,
  write: (path) => writeLines(path, [content()]),
});

const longPiece = "a".repeat(MEBIBYTE);
const sdo = (id: string, more: string) =>
  `{"type":"indicator","spec_version":"2.1","id":"indicator--${id}","created":"2026-10-01T00:00:00Z","modified":"2026-10-01T00:00:00Z","valid_from":"2026-10-01T00:00:00Z","pattern_type":"stix","pattern":"[domain-name:value = 'hostile.example']"${more}}`;
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const bundle = (objects: string) => `{"type":"bundle","id":"bundle--${uuid(1)}","objects":[${objects}]}`;

/** One line or one value of 200 MiB, in each kind of text that is read piece by piece. */
export const LONG_LINES: readonly HostileFile[] = [
  ofPieces("line.txt", "good.example\n", longPiece, 200, "\nlater.example\n"),
  ofPieces(
    "cell.csv",
    "indicator,first_seen\ngood.example,2026-10-01\n",
    longPiece,
    200,
    ",2026-10-01\nlater.example,2026-10-01\n",
  ),
  ofPieces("quoted.csv", 'indicator,first_seen\ngood.example,2026-10-01\n"', longPiece, 200),
  ofPieces(
    "record.jsonl",
    '{"indicator":"good.example"}\n{"indicator":"',
    longPiece,
    200,
    '"}\n{"indicator":"later.example"}\n',
  ),
  ofPieces(
    "description.json",
    bundle(`${sdo(uuid(2), ',"description":"')}`).slice(0, -3),
    longPiece,
    200,
    '"}]}',
  ),
];

/** Nesting of a million levels, closed and not. */
export const DEEP: readonly HostileFile[] = [
  ofPieces("arrays.json", "", "[".repeat(1000), 1000),
  ofPieces("objects.json", "", '{"a":'.repeat(1000), 1000),
  ofBytes("closed.json", () => `${"[".repeat(1e6)}${"]".repeat(1e6)}`),
  ofBytes("inside.json", () =>
    bundle(`${sdo(uuid(1), `,"x_deep":${"[".repeat(1e6)}${"]".repeat(1e6)}`)},${sdo(uuid(2), "")}`),
  ),
  ofBytes(
    "line.jsonl",
    () => `{"indicator":"good.example"}\n${"[".repeat(1e6)}\n{"indicator":"later.example"}\n`,
  ),
  ofBytes("brackets.txt", () => `good.example\n${"(".repeat(1e6)}\n`),
];

/** References in circles, to themselves, and a million of them. */
export const REFERENCES: readonly HostileFile[] = [
  ofBytes("circle.json", () => {
    const circle = (number: number, next: number) =>
      `{"type":"relationship","spec_version":"2.1","id":"relationship--${uuid(number)}","relationship_type":"indicates","source_ref":"indicator--${uuid(number)}","target_ref":"relationship--${uuid(next)}"}`;
    const marking = (number: number, next: number) =>
      `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--${uuid(number)}","object_marking_refs":["marking-definition--${uuid(next)}"]}`;
    return bundle(
      [circle(1, 2), circle(2, 1), circle(3, 3), marking(4, 5), marking(5, 4)]
        .concat(
          sdo(
            uuid(1),
            `,"object_marking_refs":["marking-definition--${uuid(4)}"],"created_by_ref":"indicator--${uuid(1)}"`,
          ),
        )
        .concat(sdo(uuid(2), ""))
        .join(","),
    );
  }),
  {
    name: "million.json",
    write: (path) =>
      writeLines(
        path,
        (function* () {
          yield bundle(
            `${sdo(uuid(2), "")},{"type":"report","spec_version":"2.1","id":"report--${uuid(3)}","object_refs":[`,
          ).slice(0, -2);
          for (let i = 0; i < 1e6; i++) yield `${i === 0 ? "" : ","}"indicator--${uuid(i)}"`;
          yield "]}]}";
        })(),
      ),
  },
  {
    name: "million-relationships.json",
    write: (path) =>
      writeLines(
        path,
        (function* () {
          yield bundle(sdo(uuid(2), "")).slice(0, -2);
          for (let i = 0; i < 200_000; i++)
            yield `,{"type":"relationship","spec_version":"2.1","id":"relationship--${uuid(i)}","relationship_type":"indicates","source_ref":"indicator--${uuid(2)}","target_ref":"malware--${uuid(i)}"}`;
          yield "]}";
        })(),
      ),
  },
];

/** Archives that unpack to far more than they are, and that want out of their folder. */
export const ARCHIVES: readonly HostileFile[] = [
  { name: "flat.gz", write: (path) => gzipOf(path, 1024) },
  ofBytes("flat.zip", () => zipOf([{ name: "zeros.csv", bytes: Buffer.alloc(128 * MEBIBYTE) }])),
  ofBytes("overlapping.zip", () => {
    const first = { name: "0.csv", bytes: Buffer.alloc(8 * MEBIBYTE) };
    const others = Array.from({ length: 200 }, (_, place) => ({
      ...first,
      name: `${place + 1}.csv`,
      sameBytesAs: 0,
    }));
    return zipOf([first, ...others]);
  }),
  ofBytes("nested.zip", () => {
    let inner: Uint8Array = zipOf([{ name: "zeros.csv", bytes: Buffer.alloc(4 * MEBIBYTE) }]);
    for (let level = 0; level < 6; level++)
      inner = zipOf(Array.from({ length: 8 }, (_, place) => ({ name: `${place}.zip`, bytes: inner })));
    return inner;
  }),
  ofBytes("nested.gz", () => {
    let inner: Uint8Array = Buffer.from("good.example\n");
    for (let level = 0; level < 50; level++) inner = gzipSync(inner);
    return inner;
  }),
  ofBytes("many.zip", () =>
    zipOf(Array.from({ length: 20_000 }, (_, place) => ({ name: `${place}.csv`, bytes: "" }))),
  ),
  ofBytes("ways-out.zip", () =>
    zipOf(
      ["../../../out.csv", "/out.csv", "..\\out.csv", "C:\\out.csv", "a/../../out.csv", "good.csv"]
        .map((name) => ({ name, bytes: "indicator\ngood.example\n" }))
        .concat({ name: "link.csv", bytes: "/etc/passwd", mode: 0o120777 } as never),
    ),
  ),
  { name: "ways-out.tar", write: writeTarWithWaysOut },
];

/** Text that is not what it says: encodings, controls, directions, formulas, numbers. */
export const TEXTS: readonly HostileFile[] = [
  ofBytes("bad-utf-8.csv", () =>
    Buffer.from(
      "indicator,malware\nbad\xff\xfe\xc3\x28.example,\xf0\x28\x8c\xbc\ngood.example,\xe9t\xe9\n",
      "latin1",
    ),
  ),
  ofBytes("half-utf-16.csv", () =>
    Buffer.concat([
      Buffer.from("\ufeffindicator,malware\nx\ud800y.example,\udc00\ngood.example,alpharat\n", "utf16le"),
      Buffer.from([0x41]),
    ]),
  ),
  ofBytes("nul.csv", () => "indicator,malware\ngood.example,al\0pha\nb\0ad.example,x\n\0\0\0,\0\n"),
  ofBytes(
    "directions.csv",
    () =>
      "indicator,malware\ngood.example,\u202egpj.exe\nevil\u202emoc.example,x\n\u2066bad.example\u2069,x\nbad\u200b.example,x\n",
  ),
  ofBytes(
    "formulas.csv",
    () =>
      'indicator,malware,target\ngood.example,=HYPERLINK("http://x.example"),@SUM(A1)\n=cmd|\' /C calc\'!A1,x,y\n+1+1,x,y\n-2+3,x,y\n"\t=1+1",x,y\n',
  ),
  ofBytes("separators.csv", () => "indicator\u2028malware\u2028\ngood.example\u2028x\u2028\n"),
  ofBytes("only-controls.bin", () => Buffer.from(Array.from({ length: 4096 }, (_, place) => place % 32))),
  ofBytes("empty.csv", () => ""),
  ofBytes("only-a-mark.csv", () => "\ufeff"),
  ofBytes("absurd-numbers.jsonl", () =>
    [
      '{"source.ip":"198.18.0.7","source.port":1e308,"time.source":"2026-10-01T00:00:00Z","feed.accuracy":1e300,"classification.type":"c2-server"}',
      '{"source.fqdn":"good.example","source.port":-1,"time.source":"2026-10-01T00:00:00Z","feed.accuracy":-5,"classification.type":"c2-server"}',
    ].join("\n"),
  ),
  ofBytes("end-of-time.json", () =>
    bundle(sdo(uuid(9), ',"valid_until":"2999-12-31T23:59:59Z","confidence":100').replace("hostile", "good")),
  ),
];

async function gzipOf(path: string, mebibytes: number): Promise<number> {
  const zeros = Buffer.alloc(MEBIBYTE);
  const pieces = Readable.from(
    (function* () {
      for (let i = 0; i < mebibytes; i++) yield zeros;
    })(),
  );
  await pipeline(pieces, createGzip({ level: 1 }), createWriteStream(path));
  return (await stat(path)).size;
}

async function writeTarWithWaysOut(path: string): Promise<number> {
  const tar = pack();
  tar.entry({ name: "../../out.csv" }, "indicator\ngood.example\n");
  tar.entry({ name: "/tmp/muster-out.csv" }, "indicator\ngood.example\n");
  tar.entry({ name: "link.csv", type: "symlink", linkname: "/etc/passwd" });
  tar.entry({ name: "hard.csv", type: "link", linkname: "/etc/passwd" });
  tar.entry({ name: "device.csv", type: "character-device" });
  tar.entry({ name: "good.csv" }, "indicator\ngood.example\n");
  tar.finalize();
  await pipeline(tar, createWriteStream(path));
  return (await stat(path)).size;
}

/** A tar of these files, in memory: what a partner would send in one go. */
export async function tarOf(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { name, bytes } of files) tar.entry({ name }, Buffer.from(bytes));
  tar.finalize();
  const pieces: Buffer[] = [];
  // The library's streams give Buffers, which its declarations leave open.
  for await (const piece of tar) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

import fc from "fast-check";

/** Text made to break what reads it: paths, statements, templates, headers, formulas, encodings, directions, lengths. */
const HOSTILE_TEXT: readonly string[] = [
  "../../../../etc/passwd",
  "..\\..\\windows\\win.ini",
  "%2e%2e%2f%2e%2e%2f",
  "' or 1=1 --",
  "'; drop table people.officer; --",
  "{{1337133713*7}}<%= 1337133713*7 %>#{1337133713*7}",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd",
  "a\r\nset-cookie: planted=1",
  "a\nlevel=error planted",
  "http://169.254.169.254/latest/meta-data/",
  "file:///etc/passwd",
  "jdbc:postgresql://198.51.100.7/x",
  "\u0000",
  "a\u0000b",
  "\u202Egnp.exe",
  "\uFEFF",
  "\uD800",
  "\u{1F600}".repeat(50),
  "e\u0301".repeat(200),
  "İıſK",
  "a".repeat(300),
  "9".repeat(400),
  "-1",
  "1e999",
  "NaN",
  "0x10",
  "null",
  "undefined",
  "[object Object]",
  "__proto__",
  "constructor",
  "true",
  " ",
  "",
  "%",
  "*",
  "(((((a+)+)+)+)+)+$",
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...HOSTILE_TEXT) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.nat({ max: 20_000 }).map((length) => "x".repeat(length)) },
);

/** As it may stand in an address: some escaped, some only where a header could not hold it. */
export const hostileSegment: fc.Arbitrary<string> = fc.oneof(
  hostileText.map(escaped),
  fc.constantFrom(
    "%00",
    "%ff",
    "%c0%ae%c0%ae",
    "%zz",
    "..",
    ".",
    "%2f",
    "%5c",
    "a;b=c",
    "a%20b",
    "%u0041",
    "a,b",
  ),
);

export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("'", "%27");
}

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.double(),
  fc.constantFrom(null, true, 0, -1, 2 ** 53, 1e308, [], {}),
);

/** JSON of any shape: wrong types, deep nesting, names of prototypes. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 5 }),
  fc.dictionary(hostileText, leaf, { maxKeys: 5 }),
  fc.nat({ max: 3000 }).map((depth) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  }),
);

export interface HostileBody {
  readonly payload: Buffer;
  readonly type: string | null;
}

const TYPES = [
  "application/json",
  "application/json; charset=utf-16",
  "application/octet-stream",
  "application/xml",
  "text/plain",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "application/json, text/plain",
  "*/*",
  "nonsense",
] as const;

/** Bytes and what is said of them, which need not agree. */
export const hostileBody: fc.Arbitrary<HostileBody> = fc.record({
  payload: fc.oneof(
    hostileJson.map((value) => Buffer.from(JSON.stringify(value) ?? "")),
    hostileText.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('{"a":1,"a":2}', '{"__proto__":{"admin":true}}', "[".repeat(100_000), '{"a":', "\uFEFF{}")
      .map((text) => Buffer.from(text)),
  ),
  type: fc.oneof({ weight: 3, arbitrary: fc.constant("application/json") }, fc.constantFrom(...TYPES, null)),
});

/** Headers that a stranger may set; control characters cannot be sent at all. */
export const hostileHeaders: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    ...[
      "if-match",
      "if-none-match",
      "idempotency-key",
      "muster-purpose",
      "accept",
      "accept-encoding",
      "range",
    ],
    ...[
      "content-encoding",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-http-method-override",
      "authorization",
      "origin",
    ],
    ...["sec-fetch-site", "last-event-id", "expect", "forwarded", "te", "via", "upgrade-insecure-requests"],
  ),
  hostileText.map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 2000)),
  { maxKeys: 3 },
);

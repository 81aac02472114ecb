import { domainToASCII } from "node:url";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { defang } from "./defang.ts";
import { normaliseObservable } from "./normalise.ts";
import { refang } from "./refang.ts";
import type { ObservableType } from "./types.ts";

/** raw, type of the result, value of the result, port if any, type the source gave if any. */
type Pair = [raw: string, type: ObservableType, value: string, port?: number | null, given?: ObservableType];

const MD5 = "0123456789abcdef0123456789abcdef";
const SHA256 = `${MD5}${MD5}`;

const PAIRS: readonly Pair[] = [
  // addresses
  ["192.0.2.1", "ipv4-addr", "192.0.2.1"],
  [" 192.0.2.1\r\n", "ipv4-addr", "192.0.2.1"],
  ["192[.]0[.]2[.]1", "ipv4-addr", "192.0.2.1"],
  ["192.0.2[.]1:8443", "ipv4-addr", "192.0.2.1", 8443],
  ["192.0.2.1:443", "ipv4-addr", "192.0.2.1", 443],
  ["192.0.2.1|443", "ipv4-addr", "192.0.2.1", 443],
  ["[192.0.2.1]", "ipv4-addr", "192.0.2.1"],
  ["192.0.2.1.", "ipv4-addr", "192.0.2.1"],
  ["\u2066192.0.2.1\u2069", "ipv4-addr", "192.0.2.1"],
  ["１９２.0.2.1", "ipv4-addr", "192.0.2.1"],
  ["2001:DB8:0:0:0:0:0:1", "ipv6-addr", "2001:db8::1"],
  ["2001:db8::", "ipv6-addr", "2001:db8::"],
  ["2001:0db8:0000:0001:0000:0000:0000:0001", "ipv6-addr", "2001:db8:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "ipv6-addr", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "ipv6-addr", "2001:db8:0:1:1:1:1:1"],
  ["2001[:]db8[::]1", "ipv6-addr", "2001:db8::1"],
  ["[2001:db8::1]:443", "ipv6-addr", "2001:db8::1", 443],
  ["[2001:db8::1]", "ipv6-addr", "2001:db8::1"],
  ["2001:db8::1%eth0", "ipv6-addr", "2001:db8::1"],
  ["::ffff:192.0.2.1", "ipv4-addr", "192.0.2.1"],
  ["::ffff:c000:201", "ipv4-addr", "192.0.2.1"],
  ["::192.0.2.1", "ipv4-addr", "192.0.2.1"],
  ["::1", "ipv6-addr", "::1"],
  ["2001:db8::1", "ipv6-addr", "2001:db8::1", null, "domain-name"],
  ["192.0.2.1", "ipv4-addr", "192.0.2.1", null, "domain-name"],
  ["192.0.2.1", "ipv4-addr", "192.0.2.1", null, "url"],
  // networks
  ["192.0.2.0/24", "ipv4-cidr", "192.0.2.0/24"],
  ["192.0.2.77/24", "ipv4-cidr", "192.0.2.0/24"],
  ["192.0.2.7/32", "ipv4-addr", "192.0.2.7"],
  ["2001:DB8:1::5/48", "ipv6-cidr", "2001:db8:1::/48"],
  ["::ffff:192.0.2.0/120", "ipv4-cidr", "192.0.2.0/24"],
  // host names
  ["a.example", "domain-name", "a.example"],
  ["WWW.A.Example.", "domain-name", "www.a.example"],
  ["*.a.example", "domain-name", "a.example"],
  [".a.example", "domain-name", "a.example"],
  ["a[.]b(.)c{.}d[dot]example", "domain-name", "a.b.c.d.example"],
  ["a dot example", "domain-name", "a.example"],
  ["a\\.example", "domain-name", "a.example"],
  ["a[.example", "domain-name", "a.example"],
  ["_dmarc.a_b.example", "domain-name", "_dmarc.a_b.example"],
  ["bücher.example", "domain-name", "xn--bcher-kva.example"],
  ["XN--BCHER-KVA.example", "domain-name", "xn--bcher-kva.example"],
  ["faß.example", "domain-name", "xn--fa-hia.example"],
  ["a。example", "domain-name", "a.example"],
  ["a.example:8080", "domain-name", "a.example", 8080],
  ["“a.example”", "domain-name", "a.example"],
  ["`a.example`", "domain-name", "a.example"],
  ["(a.example),", "domain-name", "a.example"],
  ["a\u200b.exa\u00admple", "domain-name", "a.example"],
  ["a.example/", "domain-name", "a.example", null, "domain-name"],
  // URLs
  ["http://a.example", "url", "http://a.example/"],
  ["http://a.example/", "url", "http://a.example/"],
  ["HTTP://A.Example/Path?Q=%41#F", "url", "http://a.example/Path?Q=%41#F"],
  ["hxxp://a[.]example/x", "url", "http://a.example/x"],
  ["hXXps[:]//a[.]example/x", "url", "https://a.example/x"],
  ["h**p://a.example/x", "url", "http://a.example/x"],
  ["meow://a.example/x", "url", "http://a.example/x"],
  ["fxp://a.example/x", "url", "ftp://a.example/x"],
  ["hxxp[://]a[.]example[/]x", "url", "http://a.example/x"],
  ["hxxp://a.example/?u=hxxps://b[.]example/", "url", "http://a.example/?u=https://b.example/"],
  ["http://a.example/?u=hxxp", "url", "http://a.example/?u=hxxp"],
  ["http://a.example:80/x", "url", "http://a.example/x"],
  ["https://a.example:443", "url", "https://a.example/"],
  ["https://a.example:8443/x", "url", "https://a.example:8443/x", 8443],
  ["http://a.example:0080/x", "url", "http://a.example/x"],
  ["http://a.example?x=1", "url", "http://a.example/?x=1"],
  ["http://a.example/a/../b/%7e\u00e9 c", "url", "http://a.example/a/../b/%7e\u00e9 c"],
  ["http://User:Pass@A.example/x", "url", "http://User:Pass@a.example/x"],
  ["http://[2001:DB8:0::1]:8080/x", "url", "http://[2001:db8::1]:8080/x", 8080],
  ["http://[::ffff:192.0.2.1]/x", "url", "http://192.0.2.1/x"],
  ["http://3221225985/x", "url", "http://192.0.2.1/x"],
  ["http://0xC0000201/x", "url", "http://192.0.2.1/x"],
  ["http:\\\\a.example\\x", "url", "http://a.example/x"],
  ["http:\\/\\/a.example\\/x", "url", "http://a.example/x"],
  ["a.example/login.php", "url", "http://a.example/login.php"],
  ["192.0.2.1?rid=1", "url", "http://192.0.2.1/?rid=1"],
  ["a.example?", "url", "http://a.example/?"],
  ["http://a.example/x", "url", "http://a.example/x", null, "domain-name"],
  ["http://192.0.2.1```", "url", "http://192.0.2.1/"],
  ["<http://a.example/x>", "url", "http://a.example/x"],
  ["http://a.example/x.", "url", "http://a.example/x."],
  ["http://bücher.example/ü", "url", "http://xn--bcher-kva.example/ü"],
  // mail
  ["Somebody@A.Example", "email-addr", "somebody@a.example"],
  ["some[at]a[.]example", "email-addr", "some@a.example"],
  ["some[@]a.example", "email-addr", "some@a.example"],
  ["mailto:Some+Tag@a.example?subject=x", "email-addr", "some+tag@a.example"],
  ["Some Body <some@a.example>", "email-addr", "some@a.example", null, "email-addr"],
  // files
  [MD5.toUpperCase(), "file-md5", MD5],
  [SHA256, "file-sha256", SHA256],
  [`sha256:${SHA256}`, "file-sha256", SHA256, null, "file-md5"],
  [`${MD5}01234567`, "file-sha1", `${MD5}01234567`],
  [`${SHA256}${SHA256}`, "file-sha512", `${SHA256}${SHA256}`],
  // numbers of people and money
  ["as64500", "autonomous-system", "AS64500"],
  ["64500", "autonomous-system", "AS64500", null, "autonomous-system"],
  ["1.10", "autonomous-system", "AS65546", null, "autonomous-system"],
  ["DE75 5121 0800 1245 1261 99", "iban", "DE75512108001245126199"],
  ["de75512108001245126199", "iban", "DE75512108001245126199", null, "bank-account"],
  ["012-345 6789", "bank-account", "0123456789", null, "bank-account"],
  ["NG:0123456789", "bank-account", "NG:0123456789", null, "bank-account"],
  ["sort code 99-01-23 account 12345678", "bank-account", "GB:99012312345678", null, "bank-account"],
  ["CLABE: 999180000000000015", "bank-account", "MX:999180000000000015", null, "bank-account"],
  ["Account no. 0012 3456", "bank-account", "00123456", null, "bank-account"],
  ["+1 (202) 555-0100", "phone-number", "+12025550100", null, "phone-number"],
  ["0044 7700 900123", "phone-number", "+447700900123", null, "phone-number"],
  ["telegram: @Some_Name", "user-account", "telegram:some_name", null, "user-account"],
  ["https://t.me/Some_Name", "user-account", "telegram:some_name", null, "user-account"],
];

const ERRORS: readonly [raw: string, code: string, given?: ObservableType][] = [
  ["", "empty"],
  ["  ", "empty"],
  ["N/A", "empty"],
  ["null", "empty", "ipv4-addr"],
  ["192.0.2.010", "malformed"],
  ["192.0.2.256", "malformed"],
  ["148.51.100.11.12", "malformed"],
  ["192.0.2", "malformed", "ipv4-addr"],
  ["192.0.2.1:None", "malformed"],
  ["ip:None", "malformed"],
  ["192.0.2.1:0", "malformed"],
  ["192.0.2.1:65536", "malformed"],
  ["192.0.2.0/33", "malformed"],
  ["07:01:24", "malformed"],
  ["2001:db8:100f:f0", "malformed", "ipv6-addr"],
  ["2001:db8::1::2", "malformed"],
  ["%20a.example", "malformed"],
  ["domain a.example", "malformed"],
  ["/gate.php", "malformed"],
  ["localhost", "malformed"],
  ["http://localhost/x", "malformed"],
  ["http:///", "malformed"],
  ["http://0300.0.2.1/", "malformed"],
  ["a..example", "malformed"],
  ["awa.no-biz", "malformed"],
  [`${"a".repeat(64)}.example`, "malformed"],
  [`${"a.".repeat(130)}example`, "malformed"],
  ["a\u0000b.example", "malformed"],
  ["http://a.example/\u202Egnp.exe", "malformed"],
  ["a.example\nb.example", "malformed"],
  ["http://a.example/\ud800", "malformed"],
  ["@a.example", "malformed", "email-addr"],
  ["DE75512108001245126198", "malformed", "iban"],
  ["555 0100", "malformed", "phone-number"],
  ["some_name", "malformed", "user-account"],
  ["AS0", "malformed"],
  ["0123", "malformed", "file-md5"],
  ["a.example", "malformed", "file-md5"],
  ["MX:012345678901234567", "malformed", "bank-account"],
  ["CVE-2024-0001", "unsupported"],
  ["+1 202 555 0100", "unsupported"],
  ["file:///etc/passwd", "unsupported"],
  ["http:a.example", "malformed"],
];

describe("normaliseObservable", () => {
  it.each(PAIRS)("reads %j as %s %s", (raw, type, value, port = null, given) => {
    expect(normaliseObservable(raw, given)).toMatchObject({
      ok: true,
      type,
      value,
      port,
      changed: raw !== value,
    });
  });

  it.each(ERRORS)("refuses %j as %s and says why", (raw, code, given) => {
    const refusal = normaliseObservable(raw, given);
    expect(refusal).toMatchObject({ ok: false, code });
    if (!refusal.ok) expect(refusal.reason).toMatch(/\.$/);
  });

  it("refuses what is longer than any address, however it is written", () => {
    for (const tail of ["x".repeat(4096), "x ".repeat(2048), "[.]".repeat(9000)]) {
      expect(normaliseObservable(`http://a.example/${tail}`)).toMatchObject({ ok: false, code: "too-long" });
    }
  });

  it("leaves every normal form of the table unchanged, with and without its type", () => {
    for (const [, type, value] of PAIRS) {
      const again = normaliseObservable(value, type);
      expect(again).toMatchObject({ ok: true, type, value, changed: false });
    }
  });

  it("names the host of addresses, names, URLs and mail, and none for networks and hashes", () => {
    const hosts = [
      "192.0.2.1:80",
      "www.a.example",
      "http://u@[2001:db8::1]:81/",
      "x@a.example",
      "192.0.2.0/24",
      MD5,
    ];
    expect(hosts.map((raw) => hostOf(raw))).toEqual([
      "192.0.2.1",
      "www.a.example",
      "2001:db8::1",
      "a.example",
      null,
      null,
    ]);
  });

  it("reads national telephone notation only with a country", () => {
    expect(normaliseObservable("07700 900123", "phone-number", "GB")).toMatchObject({
      value: "+447700900123",
    });
    expect(normaliseObservable("07700 900123", "phone-number")).toMatchObject({ ok: false });
  });

  it("is idempotent and never throws on any text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'htp:/.[]()ax0189%@?# \\"`-_*'), maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(
          "[.]",
          "hxxp",
          "://",
          "a",
          "example",
          ".",
          "1",
          ":",
          "[",
          "dot",
          " ",
          "é",
          "::",
        ),
      }),
    );
    fc.assert(
      fc.property(text, (raw) => {
        const once = normaliseObservable(raw);
        if (!once.ok) return;
        expect(normaliseObservable(once.value)).toMatchObject({
          ok: true,
          type: once.type,
          value: once.value,
        });
      }),
      { numRuns: 3000 },
    );
  });

  it("gives back any URL, name and address after it was defanged", () => {
    const value = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.domain(),
      fc.ipV4(),
      fc.ipV6(),
      fc.emailAddress(),
    );
    fc.assert(
      fc.property(value, (raw) => {
        const normal = normaliseObservable(raw);
        if (!normal.ok) return;
        const back = normaliseObservable(defang(normal), normal.type);
        expect(back).toMatchObject({ ok: true, type: normal.type, value: normal.value });
      }),
      { numRuns: 2000 },
    );
  });

  it("takes the commonest marks off by a shorter way than the others, and to the same end", () => {
    const unit = fc.constantFrom(
      ...["hxxp", "hXXps", "http", "[://]", "://", "[:]", ":", "//", "[.]", ".", "[.", ".]", "[", "]", "(.)"],
      ...["a", "b.example", "192.0.2", "1", "8080", "/", "x", "?u=", "#", "@", " ", "\u200b", "A", "\\"],
    );
    const value = fc.oneof(
      fc.string({ unit, minLength: 1, maxLength: 12 }),
      fc
        .tuple(fc.constantFrom("hxxp://", "hXXps[://]", "http[:]//", ""), fc.string({ unit }))
        .map(([scheme, rest]) => `${scheme}a[.]b.example/${rest}`),
    );
    fc.assert(
      fc.property(value, (raw) => {
        const form = normaliseObservable(raw);
        const careful = normaliseObservable(refang(raw));
        expect(form).toEqual(form.ok && careful.ok ? { ...careful, changed: form.value !== raw } : careful);
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with ipaddr.js on random IPv6 addresses", () => {
    fc.assert(
      fc.property(fc.ipV6(), (raw) => {
        const theirs = ipaddr.parse(raw);
        const ours = normaliseObservable(raw, "ipv6-addr");
        const isEmbedded = ours.ok && ours.type === "ipv4-addr";
        if (!isEmbedded) expect(ours).toMatchObject({ ok: true, value: theirs.toString() });
        else expect(ipaddr.IPv6.parse(raw).toByteArray().slice(12).join(".")).toBe(ours.value);
      }),
    );
  });

  it("agrees with the WHATWG parser on scheme, host and port of random URLs", () => {
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.constantFrom("BÜCHER.example", "faß.example", "Ａ.example"),
    );
    fc.assert(
      fc.property(fc.constantFrom("http", "HTTPS", "ftp"), host, port, (scheme, name, number) => {
        const raw = `${scheme}://${name}${number === undefined ? "" : `:${number}`}/a?b#c`;
        expect(normaliseObservable(raw)).toMatchObject({ ok: true, value: new URL(raw).href });
      }),
    );
  });

  it("agrees with UTS 46 on random names of other scripts", () => {
    const label = fc.string({
      unit: fc.constantFrom(..."äßñçøабвгδεζ中文かな한국ไทย"),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(label, (name) => {
        const ascii = domainToASCII(`${name}.example`);
        if (ascii === "") return;
        expect(normaliseObservable(`${name}.example`)).toMatchObject({ ok: true, value: ascii });
      }),
    );
  });
});

function hostOf(raw: string): string | null | undefined {
  const form = normaliseObservable(raw);
  return form.ok ? form.host : undefined;
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import { extractObservables } from "./extract.ts";

const found = (text: string) => extractObservables(text).map(({ type, value }) => `${type} ${value}`);

describe("extractObservables", () => {
  it.each([
    ["192[.]0[.]2[.]1", "ipv4-addr 192[.]0[.]2[.]1"],
    ["192[dot]0(dot)2{.}1", "ipv4-addr 192[dot]0(dot)2{.}1"],
    ["192.0.2[.]1", "ipv4-addr 192.0.2[.]1"],
    ["login.bank.example[.]vn", "domain-name login.bank.example[.]vn"],
    ["evil [.] example", "domain-name evil [.] example"],
    ["evil\\.example", "domain-name evil\\.example"],
    ["evil[.example", "domain-name evil[.example"],
    ["evil dot example", "domain-name evil dot example"],
    ["hxxp://evil[.]example/a.php?x=1", "url hxxp://evil[.]example/a.php?x=1"],
    ["h**ps://evil.example", "url h**ps://evil.example"],
    ["meow://evil.example/x", "url meow://evil.example/x"],
    ["hxxp[:]//evil.example/x", "url hxxp[:]//evil.example/x"],
    ["http[://]evil[.]example", "url http[://]evil[.]example"],
    ["http[s]://evil[.]example", "url http[s]://evil[.]example"],
    ["evil[.]example/gate.php", "url evil[.]example/gate.php"],
    ["192.0.2.1/gate", "url 192.0.2.1/gate"],
    ["192.0.2.0/24", "ipv4-cidr 192.0.2.0/24"],
    ["2001:db8::1", "ipv6-addr 2001:db8::1"],
    ["2001[:]db8[:]0[:]0::7", "ipv6-addr 2001[:]db8[:]0[:]0::7"],
    ["2001:db8::/32", null],
    ["2001:db8:1::/48", "ipv6-cidr 2001:db8:1::/48"],
    ["pay[at]evil[.]example", "email-addr pay[at]evil[.]example"],
    ["pay.now[@]evil.example", "email-addr pay.now[@]evil.example"],
    ["d41d8cd98f00b204e9800998ecf8427e", "file-md5 d41d8cd98f00b204e9800998ecf8427e"],
    ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "crypto-wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
    [
      "0x52908400098527886E0F7030069857D2E4169EE7",
      "crypto-wallet 0x52908400098527886E0F7030069857D2E4169EE7",
    ],
    ["GB82 WEST 1234 5698 7654 32", "iban GB82 WEST 1234 5698 7654 32"],
    ["evil\u200b[.]example", "domain-name evil\u200b[.]example"],
    ["пример.example", "domain-name пример.example"],
  ])("finds %s", (text, expected) => {
    expect(found(text)).toEqual(expected === null ? [] : [expected]);
  });

  it.each([
    ["«hxxp://evil[.]example/a», siehe", "hxxp://evil[.]example/a"],
    ["“hxxp://evil[.]example/a”", "hxxp://evil[.]example/a"],
    ["`http://evil.example/a```", "http://evil.example/a"],
    ["(see hxxp://evil[.]example/a(1).)", "hxxp://evil[.]example/a(1)"],
    ["**evil[.]example**, then", "evil[.]example"],
    ["It calls evil[.]example.", "evil[.]example"],
    ["hxxp://evil[.]example/list …", "hxxp://evil[.]example/list"],
    ["|hxxp://evil[.]example|x|", "hxxp://evil[.]example"],
    ["访问evil[.]example网站", "evil[.]example"],
    ["https://evil.example[the page]", "https://evil.example"],
  ])("leaves what clings to a value outside: %s", (text, expected) => {
    expect(extractObservables(text).map((one) => one.value)).toEqual([expected]);
  });

  it.each([
    "version 10.2.2.1 of the firmware",
    "at 07:01:24 on 2024-01-15",
    "report_07.06.2020.doc and python27.exe",
    "std::vector and 00:11:22:33:44:55",
    "He joined the dot com boom",
    "Cookie: PHPSESSID=d1eabfdb8db4b95f92c12b8402abc03b",
    "1.2.3.4.5 and 300.1.1.1",
    "C:\\Users\\Public\\name.com",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyX",
  ])("finds nothing in: %s", (text) => {
    expect(found(text)).toEqual([]);
  });

  it("gives the port beside the address", () => {
    expect(extractObservables("at 192[.]0[.]2[.]7:8443, also [2001:db8::7:1]:443")).toMatchObject([
      { value: "192[.]0[.]2[.]7", port: 8443 },
      { value: "2001:db8::7:1", port: 443 },
    ]);
  });

  it("does not cut a name at a look-alike letter", () => {
    expect(found("p\u0430ypal.example")).toEqual(["domain-name p\u0430ypal.example"]);
  });

  it("gives offsets that cut the value out of the text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 20 }),
        (pieces) => {
          const text = pieces.join("");
          let last = 0;
          for (const { value, start, end } of extractObservables(text)) {
            expect(text.slice(start, end)).toBe(value);
            expect(start).toBeGreaterThanOrEqual(last);
            last = end;
          }
        },
      ),
    );
  });

  it("finds values that the normal form accepts, in every style of defanging", () => {
    const host = fc.constantFrom("evil.example", "a-b.c_d.test", "192.0.2.9", "xn--e1afmkfd.example");
    const dot = fc.constantFrom(".", "[.]", "(.)", "{.}", "[dot]", "(dot)", "[ . ]", "[.", "\\.");
    const scheme = fc.constantFrom("", "hxxp://", "hXXps://", "h**p://", "hxxp[:]//", "https[://]");
    fc.assert(
      fc.property(scheme, host, dot, fc.constantFrom("", "/a/b.php?c=d"), (before, name, mark, path) => {
        const raw = `${before}${name.replaceAll(".", mark)}${path}`;
        const plain = `${before === "" ? "" : before.includes("s") ? "https://" : "http://"}${name}${path}`;
        const [first] = extractObservables(`seen at ${raw}, twice`);
        expect(first?.value).toBe(raw);
        const form = normaliseObservable(first?.value ?? "", first?.type);
        const expected = normaliseObservable(plain);
        expect(form.ok && expected.ok && form.value === expected.value).toBe(true);
      }),
    );
  });

  it.each(
    [
      "[.]",
      "[",
      "(dot)",
      " dot ",
      "a.",
      "a[.]",
      "http://",
      "hxxp://a@",
      "@",
      "a@",
      ":",
      "a:",
      "1.",
      "1.1.1.1-",
      "0",
      "-",
      "_",
      "{{",
      "\\.",
      "http://a.example,",
      "GB82 ",
      "中a",
      "\u200b",
      "a.example/",
      "((",
      "h",
    ].map((piece) => [piece]),
  )("stays fast on 100,000 times %j", (piece) => {
    const started = performance.now();
    extractObservables(piece.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

const PIECES = [
  "[.]",
  "(dot)",
  " dot ",
  "hxxp://",
  "evil",
  "example",
  ".",
  "192.0.2.1",
  ":",
  "/",
  "@",
  "[at]",
  " ",
  "\u200b",
  "中",
  "GB82",
  "é",
];

import { describe, expect, it } from "vitest";
import { defang } from "./defang.ts";
import { refang } from "./refang.ts";

describe("defang", () => {
  it.each([
    ["url", "https://a.b.example/c.d?e=f.g", "hxxps://a[.]b[.]example/c.d?e=f.g"],
    ["url", "http://192.0.2.1:80/", "hxxp://192[.]0[.]2[.]1:80/"],
    ["url", "http://[2001:db8::1]/", "hxxp://[2001[:]db8::1]/"],
    ["url", "ftp://files.example/x", "fxp://files[.]example/x"],
    ["email-addr", "a.b@mail.example", "a[.]b[@]mail[.]example"],
    ["ipv4-addr", "192.0.2.1", "192[.]0[.]2[.]1"],
    ["ipv6-addr", "2001:db8::1", "2001[:]db8::1"],
    ["file-md5", "abc", "abc"],
  ] as const)("%s %s", (type, value, printed) => {
    expect(defang({ type, value })).toBe(printed);
    expect(refang(printed)).toBe(value);
  });
});

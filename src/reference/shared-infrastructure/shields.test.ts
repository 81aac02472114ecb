import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readShippedTables } from "./shield-tables.ts";
import { buildShields, findShield, loadShields } from "./shields.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-shields-"));
afterAll(() => rmSync(folder, { recursive: true }));

const REPLAYS = new URL("../../../../shared/replays/", import.meta.url);

/** `effect kind` of a host name or address, or of a URL on it. */
function shieldOver(value: string, shields = loadShields()): string | null {
  const isUrl = value.includes("://");
  const host = isUrl ? new URL(value).hostname.replace(/^\[|\]$/g, "") : value;
  const type = isUrl
    ? "url"
    : /^[\d.]+$/.test(host)
      ? "ipv4-addr"
      : host.includes(":")
        ? "ipv6-addr"
        : "domain-name";
  const shield = findShield({ type, value }, host, shields);
  return shield && `${shield.effect} ${shield.kind}`;
}

function operatorFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("findShield", () => {
  it("refuses resolvers, sinkholes and the front pages of popular sites", () => {
    const refused = [
      "8.8.8.8",
      "1.1.1.1",
      "2001:4860:4860::8888",
      "http://9.9.9.9/",
      "148.81.111.7",
      "a.sinkhole.ch",
    ];
    const fronts = [
      "google.com",
      "www.google.com",
      "https://www.google.com/",
      "google.co.id",
      "api.ipify.org",
    ];
    for (const value of [...refused, ...fronts])
      expect([value, shieldOver(value)?.split(" ")[0]]).toEqual([value, "refuse"]);
  });

  it("flags what only says that a place is shared", () => {
    expect(shieldOver("104.16.1.1")).toBe("flag cdn");
    expect(shieldOver("1.1.1.200")).toBe("flag cdn");
    expect(shieldOver("2606:4700::1")).toBe("flag cdn");
    expect(shieldOver("http://104.16.1.1/x")).toBe("flag cdn");
    expect(shieldOver("https://bit.ly/x")).toBe("flag shortener");
    expect(shieldOver("some.duckdns.org")).toBe("flag dynamic-dns");
    expect(shieldOver("https://some.github.io/")).toBe("flag hosting");
    expect(shieldOver("https://docs.google.com/forms/x")).toBe("flag hosting");
    expect(shieldOver("https://www.google.com/url?q=x")).toBe("flag popular-site");
    expect(shieldOver("https://www.google.com/?q=x")).toBe("flag popular-site");
    expect(shieldOver("mail.google.com")).toBe("flag popular-site");
  });

  it("says nothing about look-alikes, exercise names and the addresses next door", () => {
    const free = [
      "google.com.evil.example",
      "notgoogle.com",
      "a.example",
      "198.18.0.1",
      "8.8.8.9",
      "104.32.0.1",
      "2001:db8::1",
    ];
    for (const value of free) expect([value, shieldOver(value)]).toEqual([value, null]);
  });

  it("leaves the rented machines under a cloud's name alone", () => {
    expect(shieldOver("a.brazilsouth.cloudapp.azure.com")).toBeNull();
    expect(shieldOver("a.azure.com")).toBe("flag popular-site");
  });

  it("does not shield a mailbox, shields a network by its first address and a hash by nothing", () => {
    expect(findShield({ type: "email-addr", value: "a@gmail.com" }, "gmail.com")).toBeNull();
    expect(findShield({ type: "ipv4-cidr", value: "104.16.0.0/24" }, null)).toMatchObject({ kind: "cdn" });
    expect(findShield({ type: "file-md5", value: "0".repeat(32) }, null)).toBeNull();
  });

  it("finds every shipped host row by the name itself and a name below it", () => {
    const entries = readShippedTables();
    const shields = buildShields(entries);
    for (const { value, match, kind } of entries) {
      if (match !== "host" || kind === "not-shared") continue;
      expect([value, shieldOver(value, shields)?.split(" ")[1]]).toEqual([value, kind]);
      expect([value, shieldOver(`zz.${value}`, shields)?.split(" ")[1]]).toEqual([value, kind]);
    }
  });
});

describe("loadShields", () => {
  it("adds an operator's table, whose rows win", () => {
    const path = operatorFile(
      "more.csv",
      '\uFEFFkind,value,name\r\nsinkhole,192.0.2.0/24,"Ours, own"\r\nlisted,a.example,Partner\r\nnot-shared,bit.ly,Case 7\r\n',
    );
    const shields = loadShields([{ path }]);
    expect(shieldOver("192.0.2.9", shields)).toBe("refuse sinkhole");
    expect(shieldOver("b.a.example", shields)).toBe("flag listed");
    expect(shieldOver("https://bit.ly/x", shields)).toBeNull();
    expect(shieldOver("8.8.8.8", shields)).toBe("refuse resolver");
  });

  it("lets a table replace the shipped rows of its kinds and no others", () => {
    const path = operatorFile("resolvers.csv", "kind,value,name\nresolver,192.0.2.53,Ours\n");
    const shields = loadShields([{ path, replaces: true }]);
    expect(shieldOver("8.8.8.8", shields)).toBeNull();
    expect(shieldOver("192.0.2.53", shields)).toBe("refuse resolver");
    expect(shieldOver("104.16.1.1", shields)).toBe("flag cdn");
  });

  it("names file and row of a table it cannot use", () => {
    const cases: [string, string][] = [
      ["kind,value\n", "wrong.csv, row 1"],
      ["kind,value,name\nresolver,192.0.2.1,a\nwhitelist,192.0.2.1,b\n", "wrong.csv, row 3"],
      ["kind,value,name\nresolver,one word,a\n", "wrong.csv, row 2"],
      ["kind,value,name\nresolver,192.0.2.256,a\n", "wrong.csv, row 2"],
    ];
    for (const [text, place] of cases) {
      const path = operatorFile("wrong.csv", text);
      expect(() => loadShields([{ path }])).toThrow(place);
    }
  });

  it("takes MISP warning lists of each type", () => {
    const list = (type: string, values: string[]) =>
      JSON.stringify({ name: `A ${type} list`, type, version: 1, list: values });
    const shields = loadShields([
      {
        path: operatorFile("cidr.json", list("cidr", ["192.0.2.0/25", "2001:DB8:1::/48", "192.0.2.200"])),
        kind: "cdn",
      },
      {
        path: operatorFile("hostname.json", list("hostname", [".a.example", "B.example"])),
        kind: "popular-site",
      },
      {
        path: operatorFile("string.json", list("string", ["d41d8cd98f00b204e9800998ecf8427e", "c.example"])),
      },
      { path: operatorFile("substring.json", list("substring", ["/wp-login"])) },
    ]);
    expect(
      ["192.0.2.7", "192.0.2.200", "192.0.2.201", "2001:db8:1::5"].map((value) => shieldOver(value, shields)),
    ).toEqual(["flag cdn", "flag cdn", null, "flag cdn"]);
    expect(
      ["a.example", "x.b.example", "c.example", "x.c.example"].map((value) => shieldOver(value, shields)),
    ).toEqual(["refuse popular-site", "flag popular-site", "flag listed", null]);
    expect(
      findShield({ type: "file-md5", value: "d41d8cd98f00b204e9800998ecf8427e" }, null, shields)?.kind,
    ).toBe("listed");
    expect(shieldOver("http://d.example/wp-login", shields)).toBe("flag listed");
  });

  it("refuses what is no warning list, and expressions", () => {
    const texts = [
      "{",
      "[]",
      '{"name":"a","type":"regex","list":["a+"]}',
      '{"name":"a","type":"cidr","list":["x"]}',
    ];
    for (const text of texts) {
      const path = operatorFile("bad.json", text);
      expect(() => loadShields([{ path }])).toThrow("bad.json");
    }
  });
});

describe.skipIf(!existsSync(REPLAYS))("against real lists", () => {
  it("reads every MISP warning list of the replays", () => {
    const lists = new URL("feeds/reference/misp_warninglists/", REPLAYS);
    const paths = readdirSync(lists).map((file) => new URL(file, lists).pathname);
    const shields = loadShields(paths.map((path) => ({ path, kind: "popular-site" })));
    expect(shields.hosts.size).toBeGreaterThan(10_000);
  });

  it("refuses no command-and-control address of the two replays", () => {
    const shields = loadShields();
    for (const folderName of ["asean", "americas"]) {
      const rows = readFileSync(new URL(`${folderName}/partner_a_c2_feed.csv`, REPLAYS), "utf8")
        .trim()
        .split("\n")
        .slice(1);
      const refused = rows.filter((row) =>
        shieldOver(row.split(",")[0] ?? "", shields)?.startsWith("refuse"),
      );
      expect(refused).toEqual([]);
    }
  });
});

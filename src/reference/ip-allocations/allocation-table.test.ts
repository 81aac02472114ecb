import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ipv4Text } from "./address.ts";
import { layAllocationsOver } from "./allocation-table.ts";
import { loadAllocationTable } from "./load-allocation-table.ts";
import { mmdbOf } from "./mmdb-fixture.ts";
import { shippedAllocationSources } from "./shipped-tables.ts";

let folder = "";
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "allocations-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function tableOf(content: string | Buffer, ending = "csv") {
  const file = join(folder, `table-${made++}.${ending}`);
  await writeFile(file, content);
  return loadAllocationTable({ name: "test", files: [file], asOf: "2026-11-01" });
}

describe("an allocation table", () => {
  it("is read from dotted, numeric and network rows alike", async () => {
    const forms = [
      "198.18.0.0,198.18.255.255,ID\n198.19.0.0,198.19.255.255,MY\n2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,SG\n",
      "3323068416,3323133951,ID\r\n3323133952,3323199487,MY\r\n42540766411282592856903984951653826560,42540766411283801782723599580828532735,SG\r\n",
      '\uFEFFnetwork,country\n# exercise\n"198.18.0.0/16","ID"\n\n198.19.0.0/16,my,a note\n2001:db8::/48,SG',
    ];
    for (const form of forms) {
      const table = await tableOf(form);
      const asked = [
        "198.17.255.255",
        "198.18.0.0",
        "198.18.255.255",
        "198.19.0.0",
        "198.19.255.255",
        "198.20.0.0",
      ];
      expect(asked.map(table.countryOf)).toEqual([null, "ID", "ID", "MY", "MY", null]);
      const six = [
        "2001:db7:ffff::",
        "2001:db8::",
        "2001:db8:0:ffff:ffff:ffff:ffff:ffff",
        "2001:db8:1::",
        "::1",
      ];
      expect(six.map(table.countryOf)).toEqual([null, "SG", "SG", null, null]);
    }
  });

  it("reaches the last address of both families", async () => {
    const table = await tableOf("0.0.0.0/0,TH\nff00::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,VN\n");
    expect(
      ["0.0.0.0", "255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"].map(table.countryOf),
    ).toEqual(["TH", "TH", "VN"]);
    expect(table.countryOfV4(2 ** 32 - 1)).toBe("TH");
  });

  it("is read from a MaxMind DB file", async () => {
    for (const recordSize of [24, 28, 32] as const) {
      const table = await tableOf(
        mmdbOf(
          [
            ["198.18.0.0/16", "ID"],
            ["198.19.128.0/17", "MY"],
            ["2001:db8::/32", "SG"],
          ],
          recordSize,
        ),
        "mmdb",
      );
      const asked = [
        "198.18.0.0",
        "198.18.255.255",
        "198.19.0.0",
        "198.19.128.0",
        "2001:db8:ffff::",
        "2001:db9::",
      ];
      expect(asked.map(table.countryOf)).toEqual(["ID", "ID", null, "MY", "SG", null]);
    }
    await expect(tableOf("not a database", "mmdb")).rejects.toThrow("not a readable MaxMind DB file");
    await expect(tableOf(mmdbOf([["198.18.0.0/16", ""]], 24), "mmdb")).rejects.toThrow(
      "no record names a country",
    );
  });

  it("lets the narrower of overlapping ranges hold, wherever the rows stand and however they overlap", async () => {
    const range = fc
      .tuple(fc.nat(60), fc.nat(60), fc.constantFrom("ID", "MY", "SG", "TH"))
      .map(([a, b, code]) => ({ first: Math.min(a, b), last: Math.max(a, b), code }));
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 12 }), async (ranges) => {
        const base = 3323068416;
        const v4 = ranges.map(({ first, last, code }) => `${base + first},${base + last},${code}`);
        const v6 = ranges.map(
          ({ first, last, code }) => `2001:db8::${first.toString(16)},2001:db8::${last.toString(16)},${code}`,
        );
        const table = await tableOf([...v4, ...v6].join("\n"));
        for (let at = 0; at <= 61; at++) {
          const holder = ranges
            .filter(({ first, last }) => first <= at && at <= last)
            .reduce<(typeof ranges)[number] | null>(
              (best, next) =>
                best === null || next.last - next.first <= best.last - best.first ? next : best,
              null,
            );
          expect(table.countryOf(ipv4Text(base + at))).toBe(holder?.code ?? null);
          expect(table.countryOf(`2001:db8::${at.toString(16)}`)).toBe(holder?.code ?? null);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("treats codes that are no country as unallocated", async () => {
    const table = await tableOf(
      "198.18.0.0/24,EU\n198.18.1.0/24,AN\n198.18.2.0/24,ZZ\n198.18.3.0/24,\n198.18.4.0/24,XK\n",
    );
    expect([0, 1, 2, 3, 4].map((third) => table.countryOf(`198.18.${third}.1`))).toEqual([
      null,
      null,
      null,
      null,
      "XK",
    ]);
  });

  it("is refused whole with file and line when a row cannot be read", async () => {
    const rows = [
      "198.18.0.0,198.17.0.0,ID",
      "198.18.0.0,2001:db8::,ID",
      "198.18.0.0/33,ID",
      "198.18.0.0,198.18.0.1,IDN",
      "198.18.0,198.18.1,ID",
      "x".repeat(9000),
    ];
    for (const row of rows)
      await expect(tableOf(`198.18.0.0/24,ID\n${row}\n`)).rejects.toThrow(/table-\d+\.csv, line \d/);
    await expect(
      loadAllocationTable({ name: "x", files: [join(folder, "absent.csv")], asOf: "2026-11-01" }),
    ).rejects.toThrow("ENOENT");
  });

  it("counts its lines and loses none where the pieces of a long file meet, whatever their ends", async () => {
    // 1.2 MB of rows of odd lengths: the file is read in pieces of 1 MiB.
    const base = 3323068416;
    const rows = Array.from({ length: 40_000 }, (_, at) => {
      const end = ["", "\r", ",a note", " "][at % 4] ?? "";
      return `${base + at},${base + at},${at % 3 === 0 ? "ID" : "MY"}${end}`;
    });
    const table = await tableOf(rows.join("\n"));
    for (let at = 0; at < rows.length; at += 1)
      if (table.countryOfV4(base + at) !== (at % 3 === 0 ? "ID" : "MY")) throw new Error(`row ${at} is lost`);
    expect(table.countryOfV4(base + rows.length)).toBeNull();
    rows[38_999] = `${base},${base - 1},ID`;
    await expect(tableOf(rows.join("\n"))).rejects.toThrow("line 39000: the range ends before it starts");
  });

  it("says every country of a range of addresses", async () => {
    const table = await tableOf("198.18.0.0/16,ID\n198.19.0.0/17,MY\n2001:db8::/33,SG");
    expect(table.countriesBetween("198.18.0.0", "198.18.9.255")).toEqual(["ID"]);
    expect(table.countriesBetween("198.18.0.0", "198.19.255.255")).toEqual(["ID", "MY", ""]);
    expect(table.countriesBetween("2001:db8::", "2001:db8:ffff::")).toEqual(["SG", ""]);
    expect(table.countriesBetween("x", "y")).toEqual([]);
  });
});

describe("a table laid over another", () => {
  it("answers first, and says that it was the one who answered", async () => {
    const base = await loadAllocationTable(shippedAllocationSources().registry);
    const file = join(folder, "exercise.csv");
    await writeFile(file, "198.18.0.0/16,ID\n2001:db8::/32,MY\n");
    const exercise = await loadAllocationTable({ name: "exercise", files: [file], asOf: "2026-11-01" });
    const both = layAllocationsOver(exercise, base);
    expect(base.countryOf("198.18.0.1")).toBeNull();
    expect(both.countryOf("198.18.0.1")).toBe("ID");
    expect(both.countryOfV4(3323068417)).toBe("ID");
    expect(both.answeredBy("198.18.0.1").name).toBe("exercise");
    expect(both.countryOf("8.8.8.8")).toBe("US");
    expect(both.answeredBy("8.8.8.8")).toMatchObject({
      name: "registry",
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(both.countriesBetween("198.18.255.0", "198.19.0.255")).toEqual(["ID", ""]);
  });
});

describe("the shipped tables", () => {
  it("load quickly, stay small and know well-known addresses", async () => {
    const { registry, second } = shippedAllocationSources();
    for (const source of [registry, second]) {
      const started = performance.now();
      const table = await loadAllocationTable(source);
      // Measured 0.2-0.35 s; the bound is loose because tests share the machine.
      expect(performance.now() - started).toBeLessThan(2000);
      expect(["8.8.8.8", "196.1.96.1", "2001:6b0::1"].map(table.countryOf)).toEqual(["US", "SN", "SE"]);
    }
  });
});

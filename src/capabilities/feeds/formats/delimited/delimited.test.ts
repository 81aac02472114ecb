import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import type { ReadOptions } from "../../format.ts";
import format from "./format.ts";

const read = (text: string, options: ReadOptions = {}) => readSample(format, Buffer.from(text), options);

describe("the mapping of a source", () => {
  const text = "a;b;c\n192.0.2.1;ignored;2026-05-01 10:00\n";

  it("names the columns by their names, and every mapped column is claimed", async () => {
    const { claims } = await read(text, { mapping: { ip: "A", lastSeen: "c" }, timeZone: "Asia/Manila" });
    expect(claims).toEqual([
      expect.objectContaining({
        value: "192.0.2.1",
        lastSeen: Date.UTC(2026, 4, 1, 2),
        firstSeen: undefined,
      }),
    ]);
  });

  it("names the columns of a table without header by number", async () => {
    const { claims, rows } = await read("x1,192.0.2.1,bot\nx2,192.0.2.2,bot\n", {
      mapping: { value: "2", family: "3" },
    });
    expect(rows).toBe(2);
    expect(claims.map((claim) => [claim.value, claim.families])).toEqual([
      ["192.0.2.1", ["bot"]],
      ["192.0.2.2", ["bot"]],
    ]);
  });

  it("is refused with the columns that are there when it names another", async () => {
    const { unreadable } = await read(text, { mapping: { ip: "address" } });
    expect(unreadable?.code).toBe("broken");
    expect(unreadable?.message).toContain('"a", "b", "c"');
  });

  it("is refused when it names a field that does not exist, or no indicator", async () => {
    expect((await read(text, { mapping: { adress: "a" } })).unreadable?.message).toContain('"adress"');
    expect((await read(text, { mapping: { family: "a" } })).unreadable?.message).toContain('"value"');
  });
});

describe("a row that names one place in several ways", () => {
  const header = "url,domain,ip,threat type\n";
  const values = async (row: string) => (await read(header + row)).claims.map((claim) => claim.value);

  it("gives the page and not its host, unless it is a C2 server", async () => {
    const row = "http://a.example.test/x,a.example.test,192.0.2.1";
    expect(await values(`${row},phishing\n`)).toEqual(["http://a.example.test/x"]);
    expect(await values(`${row},c2\n`)).toHaveLength(3);
    expect(await values(",a.example.test,192.0.2.1,phishing\n")).toEqual(["a.example.test"]);
    expect(await values(",a.example.test,192.0.2.1,\n")).toEqual(["192.0.2.1", "a.example.test"]);
  });
});

describe("a table that cannot be read", () => {
  it("is refused as a whole when no column holds indicators", async () => {
    const { unreadable, rows } = await read("name,age\nA,1\nB,2\n");
    expect([unreadable?.code, rows]).toEqual(["no-indicators", 0]);
  });

  it("does not lose a value that is cut by the end of the file in silence", async () => {
    const { claims, refusals } = await read("ip,port,first seen\n192.0.2.1,80,2026-01-01\n192.0.2");
    expect(claims).toHaveLength(1);
    expect(refusals.map((refusal) => [refusal.row, refusal.code])).toEqual([[3, "bad-row"]]);
  });
});

describe("broken bytes", () => {
  it("hurt only the row that holds them", async () => {
    const good = "192.0.2.1,été\n".repeat(6000);
    const bytes = Buffer.concat([
      Buffer.from(`ip,family\n${good}192.0.2.2,`),
      Buffer.from([0xe9]),
      Buffer.from("\n192.0.2.3,été\n"),
    ]);
    const { claims } = await readSample(format, bytes);
    expect(claims).toHaveLength(6002);
    expect(claims.at(-2)?.families).toEqual(["\ufffd"]);
    expect(claims.at(-1)?.families).toEqual(["été"]);
  });
});

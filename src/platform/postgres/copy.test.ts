import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { BinaryRowEncoder } from "./binary-rows.ts";
import { copyBinary } from "./copy.ts";
import { isUnavailable, transaction } from "./transaction.ts";

const database = withDatabase();

const TABLE = `create temp table t (
  i2 int2, i4 int4, i8 int8, b bool, f float8, u uuid, at timestamptz, t text, ts text[], ns int4[], raw bytea) on commit drop`;

describe("copyBinary with BinaryRowEncoder", () => {
  it("stores each type as it was given", async () => {
    const rows = new BinaryRowEncoder(8);
    rows.row(11);
    rows.int2(-2);
    rows.int4(-4_000_000);
    rows.int8(-8_000_000_000);
    rows.bool(true);
    rows.float8(0.1);
    rows.uuid(
      Uint8Array.from({ length: 18 }, (_, i) => i),
      2,
    );
    rows.timestamptz(Date.UTC(1999, 11, 31, 23, 59, 59, 999));
    rows.text("plain");
    rows.textArray(["a", "é", "", ',{}"\\']);
    rows.int4Array([1, -2]);
    rows.bytea(Uint8Array.of(0, 255));
    rows.row(11);
    rows.int2(32767);
    rows.int4(2147483647);
    rows.int8(9007199254740991n);
    rows.bool(false);
    rows.float8(-1e300);
    rows.uuid(new Uint8Array(16));
    rows.timestamptz(Date.UTC(2026, 10, 1));
    rows.text("مرحبا 😀 ascii tail");
    rows.textArray([]);
    rows.int4Array([]);
    rows.null();
    const stored = await transaction(database().pool("owner"), async (client) => {
      await client.query(TABLE);
      expect(await copyBinary(client, "t", [rows.take(), rows.finish()])).toBe(2);
      return (await client.query("select * from t")).rows;
    });
    expect(stored).toEqual([
      {
        i2: -2,
        i4: -4_000_000,
        i8: -8_000_000_000,
        b: true,
        f: 0.1,
        u: "02030405-0607-0809-0a0b-0c0d0e0f1011",
        at: new Date("1999-12-31T23:59:59.999Z"),
        t: "plain",
        ts: ["a", "é", "", ',{}"\\'],
        ns: [1, -2],
        raw: Buffer.of(0, 255),
      },
      {
        i2: 32767,
        i4: 2147483647,
        i8: 9007199254740991,
        b: false,
        f: -1e300,
        u: "00000000-0000-0000-0000-000000000000",
        at: new Date("2026-11-01T00:00:00Z"),
        t: "مرحبا 😀 ascii tail",
        ts: [],
        ns: [],
        raw: null,
      },
    ]);
  });

  it("takes millions of bytes in chunks of any size, waiting for the server", async () => {
    const rows = new BinaryRowEncoder(1000);
    const chunks = function* () {
      for (let n = 0; n < 50_000; n++) {
        rows.row(2);
        rows.int4(n);
        rows.text(`row ${n} ${"x".repeat(100)}`);
        if (rows.sizeBytes > 777) yield rows.take();
      }
      const rest = rows.finish();
      yield rest.subarray(0, 1);
      yield Buffer.alloc(0);
      yield rest.subarray(1);
    };
    const sum = await transaction(database().pool("owner"), async (client) => {
      await client.query("create temp table t (n int, x text) on commit drop");
      expect(await copyBinary(client, "t", chunks())).toBe(50_000);
      return (await client.query("select sum(n) as sum from t")).rows;
    });
    expect(sum).toEqual([{ sum: (50_000 * 49_999) / 2 }]);
  });
});

describe("copyBinary that fails", () => {
  const create = "create temp table t (n int primary key)";
  const rowsOf = (...numbers: number[]) => {
    const rows = new BinaryRowEncoder();
    for (const n of numbers) {
      rows.row(1);
      rows.int4(n);
    }
    return rows.finish();
  };

  it("gives the server's error, and the connection goes on", async () => {
    const client = await database().connect("owner");
    await client.query(create);
    await expect(copyBinary(client, "t", [rowsOf(1, 1)])).rejects.toMatchObject({ code: "23505" });
    await expect(copyBinary(client, "absent", [rowsOf(1)])).rejects.toMatchObject({ code: "42P01" });
    await expect(copyBinary(client, "t", [Buffer.from("not rows")])).rejects.toMatchObject({ code: "22P04" });
    expect(await copyBinary(client, "t", [rowsOf(1, 2)])).toBe(2);
    await client.end();
  });

  it("gives the error of the source and keeps no row", async () => {
    const client = await database().connect("owner");
    await client.query(create);
    const broken = async function* () {
      yield rowsOf(1).subarray(0, 20);
      throw new Error("the file ended too early");
    };
    await expect(copyBinary(client, "t", broken())).rejects.toThrow("the file ended too early");
    expect((await client.query("select from t")).rowCount).toBe(0);
    await client.end();
  });

  it("does not hang when the connection is lost meanwhile", async () => {
    const client = await database().connect("owner");
    await client.query(create);
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const endless = async function* () {
      const encoder = new BinaryRowEncoder();
      for (let n = 0; ; n++) {
        encoder.row(1);
        encoder.int4(n);
        if (encoder.sizeBytes < 100_000) continue;
        if (n < 100_000)
          await database().pool("owner").query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        yield encoder.take();
      }
    };
    await expect(copyBinary(client, "t", endless())).rejects.toSatisfy(isUnavailable);
  });
});

describe("BinaryRowEncoder", () => {
  it("refuses what PostgreSQL could not keep", () => {
    const rows = new BinaryRowEncoder();
    rows.row(1);
    expect(() => rows.text("a\0b")).toThrow(RangeError);
    expect(() => rows.text("é\0b")).toThrow(RangeError);
    expect(() => rows.int8(2 ** 53)).toThrow(RangeError);
    expect(() => rows.timestamptz(Number.NaN)).toThrow(RangeError);
    expect(() => rows.uuid(new Uint8Array(15))).toThrow(RangeError);
  });

  it("writes any text as UTF-8, whatever lies before it in the buffer", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        const usable = texts.filter((text) => !text.includes("\0"));
        const rows = new BinaryRowEncoder(1);
        rows.take();
        const expected: Buffer[] = [];
        for (const text of usable) {
          rows.text(text);
          const length = Buffer.alloc(4);
          length.writeInt32BE(Buffer.byteLength(text));
          expected.push(length, Buffer.from(text));
        }
        expect(rows.take().equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });
});

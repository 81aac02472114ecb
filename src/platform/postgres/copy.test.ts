import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { BinaryRowEncoder, COPY_HEADER, COPY_TRAILER, sharedBuffer } from "./binary-rows.ts";
import { copyBinary } from "./copy.ts";
import { isUnavailable, transaction } from "./transaction.ts";

const database = withDatabase();

const TABLE = `create temp table t (
  i2 int2, i4 int4, i8 int8, u uuid, at timestamptz, t text, ts text[]) on commit drop`;

describe("copyBinary with BinaryRowEncoder", () => {
  it("stores each type as it was given", async () => {
    const rows = new BinaryRowEncoder(sharedBuffer(8));
    rows.row(7);
    rows.int2(-2);
    rows.int4(-4_000_000);
    rows.int8(-8_000_000_000);
    rows.fixed("\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\xff");
    rows.timestamptz(Date.UTC(1999, 11, 31, 23, 59, 59, 999));
    rows.text("plain");
    rows.textArray(["a", "é", "", ',{}"\\']);
    rows.row(7);
    rows.int2(32767);
    rows.int4(2147483647);
    rows.int8(9007199254740991n);
    rows.fixed("\0".repeat(16));
    rows.timestamptz(Date.UTC(2026, 10, 1));
    rows.text("مرحبا 😀 ascii tail");
    rows.null();
    const stored = await transaction(database().pool("owner"), async (client) => {
      await client.query(TABLE);
      expect(await copyBinary(client, "t", [COPY_HEADER, rows.take(sharedBuffer(0)), COPY_TRAILER])).toBe(2);
      return (await client.query("select * from t")).rows;
    });
    expect(stored).toEqual([
      {
        i2: -2,
        i4: -4_000_000,
        i8: -8_000_000_000,
        u: "02030405-0607-0809-0a0b-0c0d0e0f10ff",
        at: new Date("1999-12-31T23:59:59.999Z"),
        t: "plain",
        ts: ["a", "é", "", ',{}"\\'],
      },
      {
        i2: 32767,
        i4: 2147483647,
        i8: 9007199254740991,
        u: "00000000-0000-0000-0000-000000000000",
        at: new Date("2026-11-01T00:00:00Z"),
        t: "مرحبا 😀 ascii tail",
        ts: null,
      },
    ]);
  });

  it("takes millions of bytes in chunks of any size, waiting for the server", async () => {
    const rows = new BinaryRowEncoder(sharedBuffer(1000));
    const chunks = function* () {
      yield COPY_HEADER;
      for (let n = 0; n < 50_000; n++) {
        rows.row(2);
        rows.int4(n);
        rows.text(`row ${n} ${"x".repeat(100)}`);
        if (rows.sizeBytes > 777) yield rows.take(sharedBuffer(1000));
      }
      const rest = Buffer.concat([rows.take(sharedBuffer(0)), COPY_TRAILER]);
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
    const rows = new BinaryRowEncoder(sharedBuffer(64));
    for (const n of numbers) {
      rows.row(1);
      rows.int4(n);
    }
    return Buffer.concat([COPY_HEADER, rows.take(sharedBuffer(0)), COPY_TRAILER]);
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
      yield COPY_HEADER;
      const encoder = new BinaryRowEncoder(sharedBuffer(64));
      for (let n = 0; ; n++) {
        encoder.row(1);
        encoder.int4(n);
        if (encoder.sizeBytes < 100_000) continue;
        if (n < 100_000)
          await database().pool("owner").query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        yield encoder.take(sharedBuffer(64));
      }
    };
    await expect(copyBinary(client, "t", endless())).rejects.toSatisfy(isUnavailable);
  });
});

describe("BinaryRowEncoder", () => {
  it("refuses what PostgreSQL could not keep", () => {
    const rows = new BinaryRowEncoder(sharedBuffer(64));
    rows.row(1);
    expect(() => rows.text("a\0b")).toThrow(RangeError);
    expect(() => rows.text("é\0b")).toThrow(RangeError);
    expect(() => rows.int8(2 ** 53)).toThrow(RangeError);
    expect(() => rows.timestamptz(Number.NaN)).toThrow(RangeError);
  });

  it("writes any text as UTF-8, whatever lies before it in the buffer", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        const usable = texts.filter((text) => !text.includes("\0"));
        const rows = new BinaryRowEncoder(sharedBuffer(1));
        const expected: Buffer[] = [];
        for (const text of usable) {
          rows.text(text);
          const length = Buffer.alloc(4);
          length.writeInt32BE(Buffer.byteLength(text));
          expected.push(length, Buffer.from(text));
        }
        expect(rows.take(sharedBuffer(1)).equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });
});

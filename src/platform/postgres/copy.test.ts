import { describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { BinaryRowEncoder } from "./binary-rows.ts";
import { copyBinary } from "./copy.ts";
import { transaction } from "./transaction.ts";

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
});

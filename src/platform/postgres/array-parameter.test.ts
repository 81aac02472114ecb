import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDatabase } from "../../../test/support/database.ts";
import { arrayParameter } from "./array-parameter.ts";

const database = withDatabase();

describe("arrayParameter", () => {
  it("reaches the server as the keys it was cut from, none and many", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.uuid(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), {
          maxLength: 30,
        }),
        async (records) => {
          const bytes = Buffer.alloc(records.length * 24);
          records.forEach(([uuid, number], at) => {
            bytes.write(uuid.replaceAll("-", ""), at * 24, "hex");
            bytes.writeBigInt64BE(number, at * 24 + 16);
          });
          const places = Uint32Array.from(records, (_, at) => records.length - 1 - at);
          const { rows } = await database()
            .pool("app")
            .query("select unnest($1::uuid[])::text as uuid, unnest($2::bigint[])::text as number", [
              arrayParameter("uuid", bytes, places, 24, 0),
              arrayParameter("int8", bytes, places, 24, 16),
            ]);
          expect(rows).toEqual(
            records.map(([uuid, number]) => ({ uuid, number: String(number) })).toReversed(),
          );
        },
      ),
    );
  });
});

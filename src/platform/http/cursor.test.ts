import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURSOR_LENGTH, openCursor, sealCursor } from "./cursor.ts";

const secret = randomBytes(32);
const scope = ["threats.listThreats", "officer-1", "harbour", { role: "c2" }];
const places = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("a cursor", () => {
  it("gives back its place in the scope it was made in, and is always of one length", () => {
    fc.assert(
      fc.property(places, (place) => {
        const cursor = sealCursor(secret, scope, place);
        expect(cursor).toHaveLength(CURSOR_LENGTH);
        expect(new Uint8Array(openCursor(secret, scope, cursor))).toEqual(place);
      }),
    );
  });

  it("is refused in another scope, in another house, and when any of it was changed", () => {
    const cursor = sealCursor(secret, scope, randomBytes(16));
    expect(() => openCursor(secret, [...scope.slice(0, 3), { role: "spam" }], cursor)).toThrow("cursor");
    expect(() => openCursor(secret, [scope[0], "officer-2", ...scope.slice(2)], cursor)).toThrow("cursor");
    expect(() => openCursor(randomBytes(32), scope, cursor)).toThrow("cursor");
    for (let at = 0; at < cursor.length; at++) {
      const changed = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
      expect(() => openCursor(secret, scope, changed)).toThrow("cursor");
    }
    for (const broken of ["", "x", cursor.slice(1), `${cursor}A`, `${cursor}==`])
      expect(() => openCursor(secret, scope, broken)).toThrow("cursor");
  });

  it("shows nothing of its place, and is the same for the same place", () => {
    const place = Buffer.alloc(16, 1);
    const cursor = sealCursor(secret, scope, place);
    expect(sealCursor(secret, scope, place)).toBe(cursor);
    expect(Buffer.from(cursor, "base64url").includes(place.subarray(0, 4))).toBe(false);
    const neighbour = sealCursor(secret, scope, Buffer.alloc(16, 2));
    expect(neighbour.slice(0, 4)).not.toBe(cursor.slice(0, 4));
  });
});

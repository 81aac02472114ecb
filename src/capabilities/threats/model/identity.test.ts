import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { THREAT_ID_BYTES, threatIdOf } from "./identity.ts";

describe("threatIdOf", () => {
  it("is the head of SHA-256 over operation, type, role and value: stable for ever, because packages and decisions name it", () => {
    const id = threatIdOf("harbour", "ipv4-addr", "c2", "198.18.0.1");
    expect(Buffer.from(id, "latin1").toString("hex")).toBe(
      createHash("sha256").update("harbour\nipv4-addr\nc2\n198.18.0.1").digest("hex").slice(0, 32),
    );
  });

  it("is sixteen characters of one byte each, whatever the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const id = threatIdOf("harbour", "url", "phishing", value);
        expect(id).toHaveLength(THREAT_ID_BYTES);
        expect(Buffer.from(id, "latin1").toString("latin1")).toBe(id);
      }),
    );
  });

  it("tells operations, types, roles and values apart", () => {
    const ids = [
      threatIdOf("harbour", "domain-name", "c2", "a.example"),
      threatIdOf("other", "domain-name", "c2", "a.example"),
      threatIdOf("harbour", "url", "c2", "a.example"),
      threatIdOf("harbour", "domain-name", "phishing", "a.example"),
      threatIdOf("harbour", "domain-name", "c2", "b.example"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

import { describe, expect, it } from "vitest";
import { repeatableUuid4, uuid5 } from "./uuid.ts";

describe("uuid5", () => {
  it("gives the UUID that RFC 9562 appendix A.4 computes", () => {
    expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });
});

describe("repeatableUuid4", () => {
  it("has the layout of version 4 and repeats", () => {
    expect(repeatableUuid4("x")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(repeatableUuid4("x")).toBe(repeatableUuid4("x"));
    expect(repeatableUuid4("x")).not.toBe(repeatableUuid4("y"));
  });
});

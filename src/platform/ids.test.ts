import { describe, expect, it } from "vitest";
import { fixedClock } from "./clock.ts";
import { formatUuid, uuidBytes, uuidv5, uuidv7 } from "./ids.ts";

describe("uuidv7", () => {
  it("carries its instant, version and variant", () => {
    const future = Date.UTC(2100, 0, 1);
    const id = uuidv7(fixedClock(future));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(future);
  });

  it("sorts in the order of making, within one millisecond and over a clock that steps back", () => {
    const start = Date.UTC(2101, 0, 1);
    const ids: string[] = [];
    const still = fixedClock(start);
    for (let i = 0; i < 10_000; i++) ids.push(uuidv7(still));
    ids.push(uuidv7(fixedClock(start - 5000)), uuidv7(fixedClock(start + 5000)));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("uuidv5", () => {
  it("agrees with RFC 9562, appendix A.4", () => {
    expect(uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  it("refuses a namespace that is not a UUID", () => {
    expect(() => uuidv5("www.example.com", "x")).toThrow(RangeError);
  });
});

describe("uuidBytes and formatUuid", () => {
  it("undo each other, also inside a larger buffer", () => {
    const text = "2ed6657d-e927-568b-95e1-2665a8aea6a2";
    const larger = Buffer.concat([Buffer.alloc(3), uuidBytes(text.toUpperCase())]);
    expect(formatUuid(larger.subarray(3))).toBe(text);
  });
});

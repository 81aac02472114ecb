import { describe, expect, it } from "vitest";
import { composeReports } from "../../compose-reports.ts";
import { anOperation, aReader, aThreat, manyThreats } from "../../example-input.ts";
import { breakable } from "./indicator-print.ts";
import { reportView } from "./report-view.ts";

const ISOLATED = /\u2066[^\u2066\u2069]*\u2069/g;
const IDENTIFIERS = [
  /\d{4}-\d\d-\d\d/, // a date
  /\d+\[\.\]\d+/, // an address
  /hxxps?:/,
  /[0-9a-f]{16}/, // a hash
  /\+\d{3}/, // a telephone number
  /MST-[A-Z]/,
  /S-0\d/,
];

/** All strings of a view but the map, which is a picture. */
function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "svg" || key === "documentTitle" ? [] : stringsOf(member),
  );
}

describe("reportView", () => {
  it("isolates every date, address, URL, hash, phone number and reference in Arabic", () => {
    const threats = [
      ...manyThreats("EG", 8),
      aThreat({
        type: "phone-number",
        value: "+99955500100",
        host: null,
        countries: [{ country: "EG", basis: ["source-word"] }],
      }),
      aThreat({
        type: "file-md5",
        value: "d41d8cd98f00b204e9800998ecf8427e",
        host: null,
        countries: [{ country: "EG", basis: ["source-word"] }],
      }),
    ];
    const annexes = [{ name: "report.json", mediaType: "x", sizeBytes: 1, sha256: "ab".repeat(32) }];
    const seen = new Set<number>();
    for (const report of composeReports(anOperation([aReader("EG", "ar", threats)]))) {
      for (const text of stringsOf(reportView(report, annexes)).map((part) =>
        part.replaceAll("\u200B", ""),
      )) {
        for (const [index, pattern] of IDENTIFIERS.entries()) {
          if (pattern.test(text)) seen.add(index);
          expect([text, pattern.test(text.replaceAll(ISOLATED, ""))]).toEqual([text, false]);
        }
      }
    }
    expect(seen.size).toBe(IDENTIFIERS.length);
  });

  it("breaks long identifiers without losing a sign, and leaves short ones whole", () => {
    const long = `https://a.example/${"x".repeat(90)}?q=1&r=2`;
    expect(breakable(long)).not.toBe(long);
    expect(breakable(long).replaceAll("\u200B", "")).toBe(long);
    expect(
      Math.max(
        ...breakable(long)
          .split("\u200B")
          .map((part) => part.length),
      ),
    ).toBeLessThanOrEqual(14);
    expect(breakable("192[.]0[.]2[.]1")).toBe("192[.]0[.]2[.]1");
  });
});

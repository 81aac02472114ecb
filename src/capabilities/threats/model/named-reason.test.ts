import { expect, it } from "vitest";
import { namedReason } from "./named-reason.ts";

it.each([
  ["a reason that names nothing", "It is empty. Send more.", "a.zip > b.csv: It is empty. Send more."],
  ["a reason under the part's own name", "b.csv: it is empty.", "a.zip > b.csv: it is empty."],
  ["a reason that names the whole way", "a.zip > b.csv: it is empty.", "a.zip > b.csv: it is empty."],
  ["a reason of something inside the part", "a.zip > b.csv > c: locked.", "a.zip > b.csv > c: locked."],
])("%s names the part once", (_what, reason, expected) => {
  expect(namedReason("a.zip > b.csv", reason)).toBe(expected);
});

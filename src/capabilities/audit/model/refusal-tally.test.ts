import { expect, it } from "vitest";
import { openRefusalTally } from "./refusal-tally.ts";

it("counts for each who asks, and puts together what comes from more places than it keeps apart", () => {
  const tally = openRefusalTally(2);
  for (let turn = 0; turn < 1000; turn++) {
    tally.count(null, `192.0.2.${turn % 200}`, "people.sign_in");
  }
  const taken = tally.take();
  expect(taken).toEqual([
    { officer: null, from: "192.0.2.0", code: "people.sign_in", count: 5 },
    { officer: null, from: "192.0.2.1", code: "people.sign_in", count: 5 },
    { officer: null, from: null, code: "people.sign_in", count: 990 },
  ]);
  expect(tally.take()).toEqual([]);
});

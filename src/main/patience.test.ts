import { expect, it } from "vitest";
import { patience } from "./patience.ts";

it("is lost with what fails too often within the window, and with nothing that fails now and then for months", () => {
  let at = 0;
  const isLost = patience({ times: 3, withinMs: 1000 }, () => at);
  const after = (ms: number, what: string) => {
    at += ms;
    return isLost(what);
  };
  for (let month = 0; month < 20; month++) expect(after(600, "worker 1")).toBe(false);
  expect([after(2000, "worker 1"), after(10, "worker 2"), after(10, "worker 1")]).toEqual([
    false,
    false,
    false,
  ]);
  expect(after(10, "worker 1")).toBe(true);
  expect(after(1000, "worker 2")).toBe(false);
  expect(after(10, "worker 1")).toBe(false);
});

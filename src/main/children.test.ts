import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startChildren } from "./children.ts";

const support = (file: string) => new URL(`../../test/support/${file}`, import.meta.url);

it("says of a program that does not stay up that it does not, and leaves none of the others running", async () => {
  const before = processesOfOurs();
  const started = startChildren("/nowhere", {
    worker: support("dying-program.ts"),
    signer: support("idle-program.ts"),
  });
  await expect(started).rejects.toMatchObject({ kind: "internal", code: "main.program_failed" });
  expect(processesOfOurs()).toEqual(before);
});

/** Numbers of the children of this process. */
function processesOfOurs(): string {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
}

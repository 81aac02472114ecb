import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startChildren } from "./children.ts";

it("says of a program that does not stay up that it does not, and leaves none of the others running", async () => {
  const before = processesOfOurs();
  const started = startChildren("/nowhere", {
    worker: new URL("../../test/support/dying-program.ts", import.meta.url),
    signer: new URL("../../test/support/idle-program.ts", import.meta.url),
  });
  await expect(started).rejects.toMatchObject({ kind: "internal", code: "main.program_failed" });
  expect(processesOfOurs()).toEqual(before);
});

/** Numbers of the children of this process. */
function processesOfOurs(): string {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
}

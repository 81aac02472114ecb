import { expect, it } from "vitest";
import { failedTests, TestResults } from "./failed-tests.ts";

const report = TestResults.parse({
  numPassedTests: 1,
  numFailedTests: 2,
  success: false,
  testResults: [
    {
      name: "/repo/src/a.test.ts",
      status: "failed",
      message: "",
      assertionResults: [
        { status: "passed", fullName: "a holds", failureMessages: [] },
        {
          status: "failed",
          fullName: "a counts once",
          failureMessages: [
            "\u001B[31m\nAssertionError: expected 2 to be 1\u001B[39m\n    at a.test.ts:3:1",
            "later",
          ],
        },
        { status: "failed", fullName: "a says nothing", failureMessages: [] },
      ],
    },
    {
      name: "/repo/test/b.test.ts",
      status: "failed",
      message: "Cannot find module './gone.ts'\nRequire stack: ...",
      assertionResults: [{ status: "skipped", fullName: "b waits", failureMessages: null }],
    },
    { name: "/repo/src/c.test.ts", status: "passed", message: "", assertionResults: [] },
  ],
});

it("each failed test is named by file, full name and the first line of its message; a file that broke, by its own", () => {
  expect(failedTests(report, "/repo")).toEqual([
    "src/a.test.ts > a counts once\n    AssertionError: expected 2 to be 1",
    "src/a.test.ts > a says nothing\n    its message stands further up",
    "test/b.test.ts\n    Cannot find module './gone.ts'",
  ]);
});

import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** The JSON report of vitest, as far as the check needs it. */
export const TestResults = z.looseObject({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.looseObject({
      /** Absolute path of the test file. */
      name: z.string(),
      status: z.string(),
      /** Why the file as a whole failed (it did not load, a hook threw); else empty. */
      message: z.string().optional(),
      assertionResults: z.array(
        z.looseObject({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
export type TestResults = z.infer<typeof TestResults>;

/**
 * What failed, two lines each: `file > full name of the test` and the first line of its message. A file that failed
 * as a whole is named without a test. Paths are relative to `root`; colours of the messages are taken off.
 */
export function failedTests({ testResults }: TestResults, root: string): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (status === "failed" && failed.length === 0) return [lines(file, message)];
    return failed.map(({ fullName, failureMessages }) =>
      lines(
        `${file} > ${fullName}`,
        failureMessages?.find((text) => text !== ""),
      ),
    );
  });
}

function lines(what: string, message: string | undefined): string {
  const first = stripVTControlCharacters(message ?? "")
    .split("\n")
    .find((line) => line.trim() !== "");
  return `${what}\n    ${first?.trim() ?? "its message stands further up"}`;
}

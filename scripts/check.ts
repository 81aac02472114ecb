// What `npm test` and `npm run check` run: everything that must hold before a change is handed on. Every step runs, so
// that one run tells all; the program ends with 1 when any of them failed. Names of steps on the command line choose
// among them: `npm run check -- format types`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { failedTests, TestResults } from "./failed-tests.ts";

interface Step {
  readonly name: string;
  readonly commands: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  /** Each test that failed, for the end of the output. */
  readonly names: readonly string[];
}

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");
const scratch = mkdtempSync(join(tmpdir(), "muster-check-"));
const COLOURS = process.stdout.isTTY ? "force" : "off";
const TEST_RESULTS = join(scratch, "tests.json");

const STEPS: readonly Step[] = [
  { name: "format", commands: [`biome ci --error-on-warnings --diagnostic-level=warn --colors=${COLOURS}`] },
  { name: "lint", commands: ["oxlint --deny-warnings"] },
  { name: "dead-code", commands: ["knip --no-progress"] },
  { name: "borders", commands: ["node scripts/check-borders.ts"] },
  { name: "types", commands: ["tsc --noEmit -p ."] },
  {
    name: "schema-dump",
    commands: ["node scripts/dump-schema.ts --check"],
  },
  {
    name: "generated-docs",
    commands: [
      "node scripts/describe-settings.ts --check",
      "node scripts/describe-counting-rules.ts --check",
      "node scripts/describe-api.ts --check",
      "node scripts/draw-architecture.ts --check",
    ],
  },
  {
    name: "tests",
    commands: [`vitest run --reporter=default --reporter=json --outputFile.json=${TEST_RESULTS}`],
  },
];

try {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}. Steps: ${STEPS.map(({ name }) => name).join(", ")}.`,
    );
    process.exitCode = 2;
  } else {
    const chosen = STEPS.filter(({ name }) => asked.length === 0 || asked.includes(name));
    report(chosen.map(runStep));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function runStep({ name, commands }: Step): Outcome {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const failures = commands.filter((command) => !succeeds(command)).length;
  const seconds = (performance.now() - started) / 1000;
  if (name !== "tests") {
    return { name, seconds, passed: commands.length - failures, failed: failures, names: [] };
  }
  const results = testResults();
  const names = results === null ? [] : failedTests(results, ROOT);
  // A run that breaks off without a failed test (a crashed worker, an unhandled rejection) is a failure all the same.
  return {
    name,
    seconds,
    passed: results?.numPassedTests ?? 0,
    failed: Math.max(names.length, failures),
    names,
  };
}

function succeeds(command: string): boolean {
  const { status, error } = spawnSync(command, {
    cwd: ROOT,
    shell: true,
    stdio: "inherit",
    // The tools and the Node that belong to this checkout, whatever the machine has.
    env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` },
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** Null when the run broke off before it could say anything: then its exit status alone counts. */
function testResults(): TestResults | null {
  if (!existsSync(TEST_RESULTS)) return null;
  return TestResults.parse(JSON.parse(readFileSync(TEST_RESULTS, "utf8")));
}

/**
 * The end of the output is enough to know what failed: each failed test, the table of steps, and a last line that is
 * plain, for machines: tests and checks that passed, tests and checks that failed.
 */
function report(outcomes: readonly Outcome[]): void {
  console.log("");
  const names = outcomes.flatMap((outcome) => outcome.names);
  if (names.length > 0) console.log(`Failed tests:\n${names.join("\n")}\n`);
  for (const { name, seconds, passed, failed } of outcomes) {
    const verdict = failed === 0 ? "ok    " : "FAILED";
    console.log(
      `${verdict} ${name.padEnd(15)} ${seconds.toFixed(1).padStart(6)} s  ${passed} passed, ${failed} failed`,
    );
  }
  const total = (key: "passed" | "failed") => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
  console.log(`${total("passed")} passed, ${total("failed")} failed`);
  if (total("failed") > 0) process.exitCode = 1;
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Problem } from "../problem.ts";
import { describeSettings, readSettings } from "./settings.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-settings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof Problem) return error.say;
    throw error;
  }
  return "";
}

describe("readSettings", () => {
  it("needs nothing", () => {
    expect(readSettings({ PATH: "/bin", MUSTER_PORT: "" })).toMatchObject({
      dataDir: "data",
      port: 8080,
      logLevel: "info",
    });
  });

  it("takes numbers as numbers and secrets from files", () => {
    const file = join(folder, "url");
    writeFileSync(file, "postgresql://muster_worker:hunter2@db.example/muster\n");
    const settings = readSettings({ MUSTER_PORT: "9000", MUSTER_WORKER_DATABASE_URL_FILE: file });
    expect(settings.port).toBe(9000);
    expect(settings.workerDatabaseUrl).toBe("postgresql://muster_worker:hunter2@db.example/muster");
  });

  it("names everything wrong at once: misspelt names, values out of range, unreadable files", () => {
    const faults = faultsOf({
      MUSTER_PROT: "1",
      MUSTER_PORT: "99999",
      MUSTER_LOG_LEVEL: "loud",
      MUSTER_DATABASE_URL_FILE: join(folder, "absent"),
    });
    for (const name of ["MUSTER_PROT", "MUSTER_PORT", "MUSTER_LOG_LEVEL", "MUSTER_DATABASE_URL_FILE"]) {
      expect(faults).toContain(name);
    }
  });

  it("does not repeat a secret in its complaint", () => {
    const file = join(folder, "wrong");
    writeFileSync(file, "mysql://root:hunter2@db.example");
    const faults = faultsOf({ MUSTER_DATABASE_URL_FILE: file, DATABASE_URL: "hunter2" });
    expect(faults).toContain("DATABASE_URL");
    expect(faults).not.toContain("hunter2");
  });

  it("leaves the variables of the tests alone", () => {
    expect(faultsOf({ MUSTER_TEST_DATABASE_URL: "x" })).toBe("");
  });
});

describe("describeSettings", () => {
  it("lists every variable that is accepted", () => {
    expect(describeSettings()).toContain("| `MUSTER_PORT` | Port of the web page. | 8080 |");
  });
});

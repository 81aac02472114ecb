import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { endPostmaster, findPostmaster } from "#platform/postgres/postmaster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Data folder of the run's database server, which the first test that needs it starts. */
    databaseFolder: string;
    /** Distinguishes this run's template from those of other runs on one server. */
    testRun: string;
  }
}

/** Before any test: where the run's database will be. After all: the server and its folder are gone. */
export default function setUp(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "muster-test-"));
  // When root runs the tests, the server's account passes through here.
  chmodSync(folder, 0o711);
  const testRun = randomBytes(6).toString("hex");
  project.provide("databaseFolder", folder);
  project.provide("testRun", testRun);
  return async () => {
    const cluster = join(folder, "postgres", "db");
    endPostmaster(cluster, "fast");
    while (findPostmaster(cluster)) await sleep(20);
    rmSync(folder, { recursive: true, force: true });
    await dropTemplate(testRun);
  };
}

async function dropTemplate(testRun: string): Promise<void> {
  const url = process.env.MUSTER_TEST_DATABASE_URL;
  if (url === undefined) return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop database if exists muster_template_${testRun} with (force)`);
  await client.end();
}

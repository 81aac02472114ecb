import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const data = mkdtempSync(join(tmpdir(), "muster-start-"));
let muster: ChildProcess;
let said = "";
let address = "";

beforeAll(async () => {
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  muster = spawn(
    process.execPath,
    [join(ROOT, "bin", "muster.js"), "start", "--data", data, "--port", String(port)],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, MUSTER_LOG_LEVEL: "error" } },
  );
  muster.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  while (!said.includes("Muster answers at")) {
    if (muster.exitCode !== null) throw new Error(`muster start ended: ${said}`);
    await sleep(50);
  }
}, 60_000);

afterAll(async () => {
  if (muster.exitCode === null) muster.kill("SIGKILL");
  rmSync(data, { recursive: true, force: true });
});

describe("muster start", () => {
  it("prints one link for the first administrator and lets nobody else in", async () => {
    await expect
      .poll(() => said, { timeout: 10_000 })
      .toMatch(/opens this link once, until .*:\nhttp:\/\/\S+/);
    const answer = await fetch(`${address}/me`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: "people.sign_in" }]);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it("ends in order when it is told to, with all it started", async () => {
    muster.kill("SIGTERM");
    const [status] = await once(muster, "exit");
    expect([status, said.split("\n").filter((line) => line.includes("defect"))]).toEqual([0, []]);
    await expect(fetch(`${address}/me`)).rejects.toThrow();
  }, 30_000);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  server.close();
  return typeof at === "object" && at !== null ? at.port : 0;
}

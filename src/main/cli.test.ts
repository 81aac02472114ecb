import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const muster = (...words: string[]) =>
  spawnSync(process.execPath, [join(ROOT, "bin", "muster.js"), ...words], { encoding: "utf8" });

it("its help lists every command that README describes, and no other", () => {
  const help = muster("--help");
  expect(help.status).toBe(0);
  const listed = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  const parts = readFileSync(join(ROOT, "README.md"), "utf8").split(/^## /m);
  const section = parts.find((part) => part.startsWith("Commands\n")) ?? "";
  const cells = [...section.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = ""]) => cell);
  const described = cells.flatMap((cell) => [...cell.matchAll(/`([a-z]+)/g)].map(([, name]) => name));
  expect(new Set(listed)).toEqual(new Set([...described, "help"]));
}, 20_000);

it("reads the one command that is asked for, and refuses one that there is not", () => {
  expect(muster("--version").stdout).toBe("0.1.0\n");
  const verify = muster("verify", "--help");
  expect([verify.status, verify.stdout.startsWith("Usage: muster verify ")]).toEqual([0, true]);
  const unknown = muster("verfiy");
  expect(unknown.status).not.toBe(0);
  expect(unknown.stderr).toContain("Did you mean verify?");
}, 20_000);

it("ends in order when nobody reads its result any more", async () => {
  const child = spawn(process.execPath, [join(ROOT, "bin", "muster.js"), "tables"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const said: Buffer[] = [];
  child.stderr.on("data", (data: Buffer) => said.push(data));
  const [status] = await once(child, "close");
  expect([status, Buffer.concat(said).toString()]).toEqual([0, ""]);
}, 20_000);

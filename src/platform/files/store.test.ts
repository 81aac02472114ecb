import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../problem.ts";
import { type Disk, localFileStore } from "./store.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-files-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytes = Buffer.from("what a partner sent".repeat(5000));

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe("localFileStore", () => {
  it("gives back what was put, under its hash alone, to its owner alone", async () => {
    const store = localFileStore(folder);
    const stored = await store.put([bytes.subarray(0, 1000), bytes.subarray(1000)]);
    expect(stored).toEqual({ sha256: sha256(bytes), sizeBytes: bytes.length });
    expect((await buffer(await store.open(stored.sha256))).equals(bytes)).toBe(true);
    expect(await filesIn(folder)).toEqual([stored.sha256]);
    const drawer = join(folder, stored.sha256.slice(0, 2));
    expect((await stat(drawer)).mode & 0o777).toBe(0o700);
    expect((await stat(join(drawer, stored.sha256))).mode & 0o777).toBe(0o600);
  });

  it("keeps the same bytes once, also when put by several at once", async () => {
    const store = localFileStore(folder);
    await Promise.all([store.put([bytes]), store.put([bytes]), localFileStore(folder).put([bytes])]);
    expect(await filesIn(folder)).toEqual([sha256(bytes)]);
  });

  it("tells an intact file from a damaged and a missing one, and a second delivery mends it", async () => {
    const store = localFileStore(folder);
    const stored = await store.put([bytes]);
    expect(await store.verify(stored.sha256)).toBe("intact");
    const path = join(folder, stored.sha256.slice(0, 2), stored.sha256);
    await writeFile(path, "x");
    expect(await store.verify(stored.sha256)).toBe("damaged");
    await store.put([bytes]);
    expect(await store.verify(stored.sha256)).toBe("intact");
    await rm(path);
    expect(await store.verify(stored.sha256)).toBe("missing");
    await expect(store.open(stored.sha256)).rejects.toMatchObject({
      kind: "not-found",
      code: "files.missing",
    });
  });

  it("removes a file, once or twice, and leaves the others", async () => {
    const store = localFileStore(folder);
    const [gone, kept] = [await store.put([bytes]), await store.put([Buffer.from("another")])];
    await store.remove(gone.sha256);
    await store.remove(gone.sha256);
    expect(await store.has(gone.sha256)).toBe(false);
    expect(await store.has(kept.sha256)).toBe(true);
    expect(await filesIn(folder)).toEqual([kept.sha256]);
    await expect(store.remove("../../etc/passwd")).rejects.toThrow(RangeError);
  });

  it("opens nothing but names that are hashes", async () => {
    const store = localFileStore(folder);
    await expect(store.open("../../etc/passwd")).rejects.toThrow(RangeError);
    await expect(store.verify(sha256(bytes).toUpperCase())).rejects.toThrow(RangeError);
  });

  it("leaves nothing behind when the source breaks off", async () => {
    const store = localFileStore(folder);
    const broken = async function* () {
      yield bytes;
      throw new Error("connection reset");
    };
    await expect(store.put(broken())).rejects.toThrow("connection reset");
    expect(await filesIn(folder)).toEqual([]);
  });

  it("removes what a killed process left a day ago, and nothing newer", async () => {
    const incoming = join(folder, "incoming");
    await mkdir(incoming, { recursive: true });
    await writeFile(join(incoming, "old"), "x");
    await utimes(join(incoming, "old"), 0, 0);
    await writeFile(join(incoming, "new"), "x");
    await localFileStore(folder).put([bytes]);
    expect((await filesIn(folder)).sort()).toEqual([sha256(bytes), "new"].sort());
  });
});

describe("a full disk", () => {
  const problem = { kind: "unavailable", code: "files.disk_full" };

  it.each(["write", "sync"] as const)("found at %s is said plainly and leaves no half file", async (step) => {
    const full: Disk = {
      async create(path) {
        const handle = await open(path, "wx", 0o600);
        const refuse = async () => {
          throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        };
        return Object.assign(handle, { [step]: refuse });
      },
    };
    const error = await localFileStore(folder, full)
      .put([bytes])
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject(problem);
    expect(await filesIn(folder)).toEqual([]);
  });

  const canMount = process.getuid?.() === 0;
  it.skipIf(!canMount)(
    "of the real kind behaves alike, and takes a smaller file afterwards",
    async (context) => {
      const small = join(folder, "small");
      await mkdir(small);
      if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", small]).status !== 0) context.skip();
      try {
        await chmod(small, 0o700);
        const store = localFileStore(small);
        await expect(store.put([Buffer.alloc(200_000), Buffer.alloc(200_000)])).rejects.toMatchObject(
          problem,
        );
        expect(await filesIn(small)).toEqual([]);
        expect(await store.put([bytes])).toMatchObject({ sizeBytes: bytes.length });
      } finally {
        spawnSync("umount", [small]);
      }
    },
  );
});

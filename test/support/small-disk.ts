import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** A disk of its own of a few megabytes, mounted on a folder. Only root can make one. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves this much room, in bytes. */
  fillUp(leaving: number): Promise<void>;
  makeRoom(): void;
  unmount(): void;
}

const MEBIBYTE = 1024 ** 2;

/** Null when disks cannot be mounted here: not root, or a machine that forbids it. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=0711`, "muster-test", folder], {
      stdio: "ignore",
    });
  } catch {
    return null;
  }
  const ballast = join(folder, "ballast");
  return {
    folder,
    async fillUp(leaving) {
      const { bavail, bsize } = statfsSync(folder);
      const file = await open(ballast, "w");
      const zeros = Buffer.alloc(MEBIBYTE);
      for (let left = bavail * bsize - leaving; left > 0; left -= MEBIBYTE)
        await file.write(zeros, 0, Math.min(left, MEBIBYTE));
      await file.close();
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    unmount: () => execFileSync("umount", ["-l", folder]),
  };
}

import { randomBytes } from "node:crypto";
import { closeSync, constants, existsSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findPostmaster } from "./postmaster.ts";
import type { ServerSite } from "./server-site.ts";

/** One process' use of the server: the FIFO held open. It ends with the process, however that ends. */
export interface Membership {
  /**
   * Whether the running server counts us in. A watcher that had seen the last user go before we came is about to end the
   * server; one that answers a question put after we came has not. Without any answer for three seconds the
   * watcher is gone (killed), and the server with nobody to end it is taken as it is.
   */
  isCounted(): Promise<boolean>;
  leave(): void;
}

export function joinUsers(site: ServerSite): Membership {
  // For reading too, or opening would fail while there is no watcher yet. Nothing is ever read from it here.
  const handle = openSync(site.fifo, constants.O_RDWR | constants.O_NONBLOCK);
  return {
    isCounted: () => askWatcher(site, handle),
    leave: () => closeSync(handle),
  };
}

const PATIENCE_MS = 3000;
/** Asked again, because the watcher of a start that failed may have read the question and gone. */
const ASK_AGAIN_MS = 300;

async function askWatcher(site: ServerSite, handle: number): Promise<boolean> {
  const server = findPostmaster(site.cluster);
  const question = randomBytes(8).toString("hex");
  const answer = join(site.socketFolder, `answer-${question}`);
  const begun = Date.now();
  let asked = 0;
  try {
    for (;;) {
      const waited = Date.now() - begun;
      if (existsSync(answer) || waited > PATIENCE_MS) return true;
      const now = findPostmaster(site.cluster);
      if (now?.pid !== server?.pid || now?.status !== "ready") return false;
      if (waited >= asked * ASK_AGAIN_MS) {
        writeSync(handle, `${question}\n`);
        asked += 1;
      }
      await sleep(3);
    }
  } finally {
    rmSync(answer, { force: true });
  }
}

/** Whether anybody uses the server. Reading a FIFO tells: its end means that nobody holds it for writing, "try again" that somebody does. */
export function hasUsers(fifo: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    // Questions that nobody read lie before the end. Those we take from a living watcher are asked again.
    while (readSync(handle, Buffer.alloc(4096)) > 0);
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "EAGAIN") return true;
      if (error.code === "ENOENT") return false;
    }
    throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { ClientBase, Pool } from "pg";
import { Problem } from "../problem.ts";

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Given a pool, it takes a
 * connection for it; given a client, that one, which must not be inside a transaction already.
 *
 * Errors of `work` travel on unchanged, except that a lost connection and a full disk become Problems of kind
 * `unavailable`. When the connection is lost during COMMIT nobody knows whether it happened: repeat only what is idempotent.
 */
export async function transaction<T>(
  database: Pool | ClientBase,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  if (!isPool(database)) return runTransaction(database, work);
  const client = await database.connect().catch((error: unknown) => {
    throw asProblem(error);
  });
  let broken = false;
  try {
    return await runTransaction(client, work);
  } catch (error) {
    broken = isUnavailable(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

async function runTransaction<T>(client: ClientBase, work: (client: ClientBase) => Promise<T>): Promise<T> {
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // On a lost connection the rollback fails as well; what matters is the first error.
    await client.query("rollback").catch(() => undefined);
    throw asProblem(error);
  }
}

function isPool(database: Pool | ClientBase): database is Pool {
  return "totalCount" in database;
}

/**
 * Repeats `work` while the database is unavailable, for at most `forSeconds`, waiting longer each time (50 ms to 2 s).
 * `work` must be idempotent. Any other error ends it at once.
 */
export async function retryWhileUnavailable<T>(work: () => Promise<T>, forSeconds: number): Promise<T> {
  const deadline = Date.now() + forSeconds * 1000;
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
    try {
      return await work();
    } catch (error) {
      const problem = asProblem(error);
      if (!isUnavailable(problem) || Date.now() + waitMs > deadline) throw problem;
      await sleep(waitMs);
    }
  }
}

/** Whether the error says that the database cannot be reached just now, so that trying again may help. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Problem ? error.code === CONNECTION_LOST : isConnectionLost(error);
}

const CONNECTION_LOST = "postgres.connection_lost";

/** Turns what the driver throws for a lost connection or a full disk into a Problem; anything else is returned as it is. */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (isConnectionLost(error)) {
    return new Problem("unavailable", {
      code: CONNECTION_LOST,
      say: "The database is not reachable at the moment. Nothing of this step was kept; try again.",
      cause: error,
    });
  }
  if (codeOf(error) === "53100") {
    return new Problem("unavailable", {
      code: "postgres.disk_full",
      say: "The database's disk is full. Nothing of this step was kept; make room, then try again.",
      cause: error,
    });
  }
  return error;
}

/** Node's codes, and SQLSTATE class 08 and those of a server that starts, stops or ends a session. */
const LOST_CODES = new Set([
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ENOENT",
    "ENOTCONN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
  ],
  ...["57P01", "57P02", "57P03"],
]);

/** The driver gives these without a code. */
const LOST_MESSAGES = [
  "Connection terminated",
  "Client has encountered a connection error and is not queryable",
  "timeout exceeded when trying to connect",
  "timeout expired",
];

function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined)
    return isDatabaseAddress(error, code) && (LOST_CODES.has(code) || code.startsWith("08"));
  return error instanceof Error && LOST_MESSAGES.some((message) => error.message.startsWith(message));
}

/** ENOENT of a socket, not of a file that some step inside the transaction looked for. */
function isDatabaseAddress(error: unknown, code: string): boolean {
  if (code !== "ENOENT") return true;
  return error instanceof Error && "syscall" in error && error.syscall === "connect";
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

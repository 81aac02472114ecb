import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Says that something changed in an operation, and never what (db/migrations/0016_writes.sql). */
export interface Changes {
  /** Gives the way to stop it. */
  listen(operation: number, onChange: () => void): () => void;
  /** Aborted when the program ends: whoever listens is to end. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

const CHANNEL = "muster_changes";
const RECONNECT_MS = 1000;

/** One connection for all who listen in this program, made when the first does. */
export function listenForChanges(connect: () => Promise<pg.Client>): Changes {
  const listeners = new Map<number, Set<() => void>>();
  const closing = new AbortController();
  let connection: Promise<void> | undefined;
  let client: pg.Client | undefined;

  const ringAll = () => {
    for (const those of listeners.values()) for (const ring of those) ring();
  };

  async function stayConnected(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        client = await connect();
        if (closing.signal.aborted) return await client.end();
        const lost = once(client, "end"); // also when we end it
        client.on("notification", ({ payload }) => {
          for (const ring of listeners.get(Number(payload)) ?? []) ring();
        });
        await client.query(`/* platform.listen */ listen ${CHANNEL}`);
        ringAll(); // what happened while nobody heard
        await lost;
      } catch {
        // The database is away; whoever reads is told so. Here it is tried again.
      }
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  return {
    listen(operation, onChange) {
      connection ??= stayConnected();
      const those = listeners.get(operation) ?? new Set();
      listeners.set(operation, those.add(onChange));
      return () => {
        those.delete(onChange);
        if (those.size === 0) listeners.delete(operation);
      };
    },
    ended: closing.signal,
    async close() {
      closing.abort();
      await client?.end().catch(() => undefined);
      await connection;
    },
  };
}

import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";

/**
 * For whom the database is asked, as settings `muster.<name>` that row-level security reads. Which there are and what
 * they mean is said in db/migrations/0011_need_to_know.sql.
 */
export type CallerSettings = Readonly<Record<string, string>>;

const callers = new AsyncLocalStorage<{ settings: CallerSettings }>();

/**
 * Does `work` for one caller: every connection that it takes from a pool is held to what he may see. Outside of any
 * such call a connection of a role under row-level security sees nothing.
 */
export function asCaller<T>(settings: CallerSettings, work: () => Promise<T>): Promise<T> {
  return callers.run({ settings }, work);
}

/** From now on the caller of this call may see something else: he opened an operation, or was made a member. */
export function renewCaller(settings: CallerSettings): void {
  const caller = callers.getStore();
  if (caller === undefined) throw new Error("renewCaller is called inside asCaller");
  caller.settings = settings;
}

/** What the connection was last told, so that it is told again only when it changes. */
const told = new WeakMap<pg.ClientBase, CallerSettings>();

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void;

/** A pool whose connections, when taken, are told for whom. */
export class CallerPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    // Asked here: a connection that is handed on later arrives in the context of whoever gave it back.
    const settings = callers.getStore()?.settings ?? {};
    const taken = super.connect().then(async (client) => {
      try {
        await tell(client, settings);
        return client;
      } catch (error) {
        client.release(true); // nobody may use a connection that believes to be somebody else's
        throw error;
      }
    });
    if (connected === undefined) return taken;
    taken.then(
      (client) => connected(undefined, client, (error) => client.release(error)),
      (error: unknown) =>
        connected(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined),
    );
  }
}

async function tell(client: pg.PoolClient, settings: CallerSettings): Promise<void> {
  const before = told.get(client) ?? {};
  if (before === settings) return;
  const names = [...new Set([...Object.keys(before), ...Object.keys(settings)])];
  told.set(client, settings);
  if (names.length === 0) return;
  await client.query(
    "/* platform.tellCaller */ select set_config('muster.' || name, value, false) from unnest($1::text[], $2::text[]) as told (name, value)",
    [names, names.map((name) => settings[name] ?? "")],
  );
}

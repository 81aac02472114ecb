import { setTimeout as sleep } from "node:timers/promises";
import { PURPOSES } from "../../../src/capabilities/audit/index.ts";
import type { Answer } from "../http.ts";
import type { AskedWorld } from "./compare.ts";

/** How long a listener waits for events that follow a change; the bell itself takes a few milliseconds. */
const LISTEN_MS = 400;

/**
 * Listens to a stream of events in both worlds over a socket, because it does not end. Meanwhile every delivery is touched in
 * the first world alone, as if something hidden had arrived there: who may not see it must not hear of it.
 */
export async function listenInBoth(
  full: AskedWorld,
  part: AskedWorld,
  url: string,
): Promise<readonly [Answer, Answer]> {
  const gone = new AbortController();
  const touch = async () => {
    await sleep(LISTEN_MS / 4);
    await full.database.pool("owner").query("update feeds.delivery set state = state");
    await sleep(LISTEN_MS);
    gone.abort();
  };
  const [one, other] = await Promise.all([
    listen(full, url, gone.signal),
    listen(part, url, gone.signal),
    touch(),
  ]);
  return [one, other];
}

async function listen(world: AskedWorld, url: string, signal: AbortSignal): Promise<Answer> {
  const isListening = world.server.addresses().length > 0;
  const origin = isListening
    ? world.server.listeningOrigin
    : await world.server.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(`${origin}${url}`, {
    headers: { cookie: world.cookie, "muster-purpose": PURPOSES[0] },
    signal,
  });
  let text = "";
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString("utf8");
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: null };
}

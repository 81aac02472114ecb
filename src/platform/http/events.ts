import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** One thing that a listener sees now. */
export interface Watched {
  /** The event's name: what kind of thing it is. */
  readonly event: string;
  /** Names it among those of its kind. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Watching {
  /** Who listens to what: an event's id means something only to the same. */
  readonly scope: string;
  /** Everything that the listener sees now. */
  read(): Promise<readonly Watched[]>;
  /** Calls back when something may have changed; what, is for `read` to find. Gives the way to stop it. */
  listen(onChange: () => void): () => void;
  /** Whether he may still listen, with his rights renewed; asked once a minute. */
  isStillIn(): Promise<boolean>;
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
}

export interface Beat {
  /** Between two looks for changes. */
  readonly tickMs: number;
  readonly ticksPerHeartbeat: number;
  readonly ticksPerCheck: number;
}

const BEAT: Beat = { tickMs: 1000, ticksPerHeartbeat: 15, ticksPerCheck: 60 };

/**
 * Server-sent events (WHATWG HTML, 9.2): first what there is, then the difference whenever it changes, each made by
 * reading as the listener. Everything leaves at ticks counted from the beginning, so that a change he may not see
 * neither sends anything nor moves anything in time. Ends when he goes or may no longer listen.
 */
export async function* streamDifferences(watching: Watching, beat: Beat = BEAT): AsyncGenerator<string> {
  let mayHaveChanged = true;
  const stop = watching.listen(() => {
    mayHaveChanged = true;
  });
  const begun = performance.now();
  const tickNow = () => Math.floor((performance.now() - begun) / beat.tickMs);
  let state = recall(watching);
  try {
    yield "retry: 3000\n\n";
    for (let tick = 0, before = 0; !watching.signal.aborted; ) {
      if (passed(before, tick, beat.ticksPerCheck)) {
        if (!(await watching.isStillIn())) return;
        mayHaveChanged = true; // his rights may be others now, and nobody rings for that
      }
      if (mayHaveChanged) {
        mayHaveChanged = false;
        const now = await watching.read();
        const events = differences(state, now);
        if (events.length > 0) {
          state = remember(watching, now);
          yield `${events.join("")}id: ${state.id}\n\n`;
        }
      }
      if (passed(before, tick, beat.ticksPerHeartbeat)) yield ": still here\n\n";
      before = tick;
      await sleep(begun + (tickNow() + 1) * beat.tickMs - performance.now(), undefined, {
        signal: watching.signal,
      }).catch(() => undefined);
      tick = tickNow();
    }
  } finally {
    stop();
  }
}

/** Whether a multiple of `every` lies after `before`, up to `tick`. */
function passed(before: number, tick: number, every: number): boolean {
  return Math.floor(tick / every) > Math.floor(before / every);
}

/** What a listener has been told of, as text by key. */
interface ToldState {
  readonly id: string;
  readonly scope: string;
  readonly told: ReadonlyMap<string, string>;
}

/**
 * The events that lead from one state to another. The last has no end yet: the id of the state they lead to belongs
 * to it alone, so that whoever lost some of them gets all of them again.
 */
function differences(before: ToldState, now: readonly Watched[]): string[] {
  const events: string[] = [];
  const there = new Set<string>();
  for (const watched of now) {
    const key = keyOf(watched);
    const text = JSON.stringify(watched.data);
    there.add(key);
    if (before.told.get(key) !== text) events.push(`event: ${watched.event}\ndata: ${text}\n`);
  }
  for (const key of before.told.keys()) if (!there.has(key)) events.push(`event: gone\ndata: ${key}\n`);
  return events.map((event, at) => (at === events.length - 1 ? event : `${event}\n`));
}

/** As text, because it is also the content of the event that says it is gone. */
function keyOf({ event, id }: Watched): string {
  return JSON.stringify({ event, id });
}

/** States by event id, oldest first. Lost with the program: whoever comes back then is told everything once more. */
const states = new Map<string, ToldState>();
const STATES_KEPT = 500;

function remember({ scope }: Watching, now: readonly Watched[]): ToldState {
  const told = new Map(now.map((watched) => [keyOf(watched), JSON.stringify(watched.data)]));
  const state = { id: randomBytes(16).toString("base64url"), scope, told };
  states.set(state.id, state);
  for (const oldest of states.keys()) {
    if (states.size <= STATES_KEPT) break;
    states.delete(oldest);
  }
  return state;
}

function recall({ scope, lastEventId }: Watching): ToldState {
  const state = lastEventId === undefined ? undefined : states.get(lastEventId);
  return state?.scope === scope ? state : { id: "", scope, told: new Map() };
}

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { streamDifferences, type Watched, type Watching } from "./events.ts";

const BEAT = { tickMs: 20, ticksPerHeartbeat: 1000, ticksPerCheck: 1000 };

function aWatching(changes: Partial<Watching> = {}) {
  const gone = new AbortController();
  const seen: { things: Watched[] } = { things: [] };
  const bell: { ring: () => void; listeners: number } = { ring: () => undefined, listeners: 0 };
  const watching: Watching = {
    scope: "officer harbour",
    read: async () => seen.things,
    listen(onChange) {
      bell.ring = onChange;
      bell.listeners++;
      return () => {
        bell.listeners--;
      };
    },
    isStillIn: async () => true,
    lastEventId: undefined,
    signal: gone.signal,
    ...changes,
  };
  return { watching, seen, bell, gone };
}

const thing = (id: string, rows: number): Watched => ({ event: "delivery", id, data: { id, rows } });

/** Collects what is sent, for some ticks. */
async function heard(stream: AsyncGenerator<string>, gone: AbortController, ms: number): Promise<string[]> {
  const sent: string[] = [];
  void sleep(ms).then(() => gone.abort());
  for await (const text of stream) sent.push(text);
  return sent;
}

const idIn = (text: string | undefined) => /^id: (.+)$/m.exec(text ?? "")?.[1];

describe("streamDifferences", () => {
  it("tells what there is, then each difference once, and ends when the listener has gone", async () => {
    const { watching, seen, bell, gone } = aWatching();
    seen.things = [thing("a", 1), thing("b", 1)];
    void sleep(50).then(() => {
      seen.things = [thing("a", 2)];
      bell.ring();
    });
    const [retry, first, second, ...more] = await heard(streamDifferences(watching, BEAT), gone, 150);
    expect(retry).toBe("retry: 3000\n\n");
    expect(first).toMatch(
      /^event: delivery\ndata: \{"id":"a","rows":1\}\n\nevent: delivery\ndata: \{"id":"b","rows":1\}\nid: [\w-]{22}\n\n$/,
    );
    expect(second).toMatch(
      /^event: delivery\ndata: \{"id":"a","rows":2\}\n\nevent: gone\ndata: \{"event":"delivery","id":"b"\}\nid: [\w-]{22}\n\n$/,
    );
    expect(more).toEqual([]);
    expect(bell.listeners).toBe(0);
  });

  it("sends nothing at all when what changed is not the listener's to see, and keeps its time", async () => {
    const beat = { ...BEAT, tickMs: 40, ticksPerHeartbeat: 2 };
    const hear = async (isRung: boolean) => {
      const { watching, bell, gone } = aWatching();
      const timer = setInterval(() => isRung && bell.ring(), 7);
      const sent = await heard(streamDifferences(watching, beat), gone, 380);
      clearInterval(timer);
      return sent;
    };
    const [quiet, rung] = await Promise.all([hear(false), hear(true)]);
    expect(rung).toEqual(quiet);
    expect(quiet.filter((text) => text === ": still here\n\n").length).toBeGreaterThanOrEqual(3);
  });

  it("goes on after the last event its listener had, and begins anew for anybody else's", async () => {
    const { watching, seen, gone } = aWatching();
    seen.things = [thing("a", 1), thing("b", 1)];
    const before = await heard(streamDifferences(watching, BEAT), gone, 50);
    const lastEventId = idIn(before[1]);
    expect(lastEventId).toBeDefined();
    const resume = async (changes: Partial<Watching>) => {
      const again = aWatching({ lastEventId, ...changes });
      again.seen.things = [thing("a", 1), thing("b", 2)];
      return (await heard(streamDifferences(again.watching, BEAT), again.gone, 50)).join("");
    };
    expect(await resume({})).not.toContain('"id":"a"');
    expect(await resume({})).toContain('{"id":"b","rows":2}');
    for (const other of [{ scope: "officer quay" }, { lastEventId: "AAAAAAAAAAAAAAAAAAAAAA" }])
      expect(await resume(other)).toContain('{"id":"a","rows":1}');
  });

  it("ends when the listener may no longer be there, and looks again when he may", async () => {
    let asked = 0;
    const { watching, seen, gone } = aWatching({ isStillIn: async () => ++asked < 3 });
    const beat = { ...BEAT, ticksPerCheck: 2 };
    void sleep(30).then(() => {
      seen.things = [thing("a", 1)]; // his rights are wider now, and nobody rang
    });
    const begun = performance.now();
    const sent = await heard(streamDifferences(watching, beat), gone, 5000);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(asked).toBe(3);
    expect(sent.join("")).toContain('{"id":"a","rows":1}');
    gone.abort();
  });
});

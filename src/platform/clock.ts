/** The only way to learn the time, so that every rule about time can be tested and every figure recomputed. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still, or moves by `stepMs` with each look. `at` is milliseconds since the epoch or ISO 8601. */
export function fixedClock(at: number | string, stepMs = 0): Clock {
  let next = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(next)) throw new RangeError(`not an instant: ${at}`);
  return {
    now() {
      const seen = next;
      next += stepMs;
      return seen;
    },
  };
}

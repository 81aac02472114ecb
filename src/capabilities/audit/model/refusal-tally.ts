/** Refusals of one kind to one who asked, since the last look. */
export interface Refusals {
  readonly officer: string | null;
  /** Address it came from; null for all beyond those that are kept apart. */
  readonly from: string | null;
  readonly code: string;
  readonly count: number;
}

/** Counts what must not fill the log, however often it comes. */
export interface RefusalTally {
  count(officer: string | null, from: string, code: string): void;
  /** What was counted since the last time, the first to come first. */
  take(): readonly Refusals[];
}

/**
 * A tally that keeps so many apart and puts the rest together, so that a flood from many addresses fills neither the log
 * nor the memory.
 */
export function openRefusalTally(kept = 100): RefusalTally {
  let counted = new Map<string, Refusals>();
  return {
    count(officer, from, code) {
      const own = JSON.stringify([officer, from, code]);
      const isKept = counted.has(own) || counted.size < kept;
      const key = isKept ? own : JSON.stringify([null, null, code]);
      const before =
        counted.get(key) ?? (isKept ? { officer, from, code } : { officer: null, from: null, code });
      counted.set(key, { ...before, count: ("count" in before ? before.count : 0) + 1 });
    },
    take() {
      const taken = [...counted.values()];
      counted = new Map();
      return taken;
    },
  };
}

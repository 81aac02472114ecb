/** What is lost patience with, and when: a program that runs for months has its mishaps, now and then. */
export interface PatienceLimits {
  /** Failures of one thing after which waiting longer helps nobody. */
  readonly times: number;
  /** Milliseconds that count together; what lies further back is forgotten. */
  readonly withinMs: number;
}

/**
 * A count of failures by name. Told of one more, it answers whether that name has failed too often of late.
 * @param now milliseconds of a clock that never goes back
 */
export function patience(
  { times, withinMs }: PatienceLimits,
  now: () => number = () => performance.now(),
): (what: string) => boolean {
  const failures = new Map<string, number[]>();
  return (what) => {
    const at = now();
    for (const [name, instants] of failures) {
      const recent = instants.filter((instant) => at - instant < withinMs);
      if (recent.length === 0) failures.delete(name);
      else failures.set(name, recent);
    }
    const instants = [...(failures.get(what) ?? []), at];
    failures.set(what, instants);
    return instants.length >= times;
  };
}

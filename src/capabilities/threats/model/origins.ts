/** What of an assertion tells where a source has it from. */
export interface Lineage {
  readonly source: string;
  readonly reference: string | null;
  readonly families: readonly string[];
  readonly port: number | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
}

/**
 * Counts independent origins, not sources: partners who resell one list are one witness. Two sources fall together
 * when they cite the same reference for the threat, or when they tell the very same story of it: same families, port
 * and the same first and last instant, to the second and not at midnight (a bare date is no fingerprint).
 * @returns at least 1 for at least one assertion
 */
export function countOrigins(assertions: readonly Lineage[]): number {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const join = (a: string, b: string) => {
    for (const name of [a, b]) if (!parent.has(name)) parent.set(name, name);
    parent.set(root(a), root(b));
  };
  const sources = new Set<string>();
  for (const assertion of assertions) {
    const source = `source:${assertion.source}`;
    sources.add(source);
    join(source, source);
    if (assertion.reference !== null) join(source, `reference:${assertion.reference}`);
    const story = storyOf(assertion);
    if (story !== null) join(source, story);
  }
  return new Set([...sources].map(root)).size;
}

const DAY_MS = 86_400_000;

function storyOf({ families, port, firstSeen, lastSeen }: Lineage): string | null {
  const instant = lastSeen ?? firstSeen;
  if (instant === null || instant % DAY_MS === 0) return null;
  return `story:${families.join(",")}|${port}|${firstSeen}|${lastSeen}`;
}

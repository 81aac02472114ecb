import type { VisibleThreat } from "#capabilities/threats/index.ts";
import { THREAT_RULES, type ThreatRule } from "./rules.ts";

/** One object of a figure with the threats that make it; `threats` are what the drill-down opens. */
export interface FigureObject {
  readonly object: string;
  readonly country: string | null;
  readonly families: readonly string[];
  readonly threats: readonly string[];
}

/** A computed figure. `byCountry` counts objects under "" where no country is assigned. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly follows: string;
  readonly value: number;
  readonly qualifier: "exact" | "at_least" | "about";
  readonly byCountry: Readonly<Record<string, number>>;
  /** May add up to more than `value`: one server can carry several families (C-2). */
  readonly byFamily?: Readonly<Record<string, number>> | undefined;
  readonly objects: readonly FigureObject[];
}

/** Counts while threats stream by; the figures are ready at the end. */
export interface FigureCounter {
  add(threat: VisibleThreat): void;
  figures(): Figure[];
}

export function countFigures(rules: readonly ThreatRule[] = THREAT_RULES): FigureCounter {
  const counted = rules.map((rule) => ({ rule, objects: new Map<string, Growing>() }));
  return {
    add(threat) {
      for (const { rule, objects } of counted) {
        const found = rule.object(threat);
        if (found === null) continue;
        const known = objects.get(found.object);
        if (known === undefined) {
          objects.set(found.object, {
            country: found.country,
            families: new Set(threat.families),
            threats: [threat.id],
          });
          continue;
        }
        known.threats.push(threat.id);
        for (const family of threat.families) known.families.add(family);
        // Pages of one site may be assigned apart (one by name, one not at all); any assignment is better than none.
        if (known.country === null || (found.country !== null && found.country < known.country))
          known.country = found.country;
      }
    },
    figures: () => counted.map(({ rule, objects }) => figureOf(rule, objects)),
  };
}

interface Growing {
  country: string | null;
  readonly families: Set<string>;
  readonly threats: string[];
}

function figureOf(rule: ThreatRule, objects: ReadonlyMap<string, Growing>): Figure {
  const list = [...objects]
    .map(([object, { country, families, threats }]) => ({
      object,
      country,
      families: [...families].sort(),
      threats: threats.sort(),
    }))
    .sort((a, b) => (a.object < b.object ? -1 : 1));
  return {
    ...headOf(rule, list),
    ...(rule.byFamily ? { byFamily: tally(list.flatMap(({ families }) => families)) } : {}),
  };
}

/** A figure from its objects, for those that are not counted over threats. */
export function headOf(
  definition: Pick<Figure, "id" | "title" | "follows">,
  objects: readonly FigureObject[],
): Figure {
  return {
    id: definition.id,
    title: definition.title,
    follows: definition.follows,
    value: objects.length,
    qualifier: "exact",
    byCountry: tally(objects.map(({ country }) => country ?? "")),
    objects,
  };
}

/** Counts of equal words, most frequent first, then by word: the order is part of the output. */
function tally(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}
